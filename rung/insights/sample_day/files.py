"""The files by which a desk, its sample day and their pages understand each other."""

#: In a desk's data folder: the sample day's own, and the wish for one.
FOLDER = "sample-day"
WANTED = "sample-day.wanted"
#: In the sample day's folder: the way in, and the wish to be rid of it.
LINK = "link"
OVER = "over"
