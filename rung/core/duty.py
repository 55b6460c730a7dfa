"""Who is on call now, seen from the desk: schedules joined with swaps, absences and who is active."""
