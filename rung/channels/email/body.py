"""The words of a mail as HTML: Markdown with the few styles that mail programs obey."""

from rung.core.text import markdown

# Mail programs read no stylesheet that they can rely on, so each element brings its own.
_STYLES = {
    "<pre>": "padding:8px 12px;border:1px solid #ccc;border-radius:6px;overflow-x:auto;white-space:pre-wrap",
    "<code": "font-family:ui-monospace,Menlo,Consolas,monospace;font-size:0.95em",
    "<blockquote>": "margin:0 0 0 4px;padding-left:10px;border-left:3px solid #ccc;color:#555",
    "<table>": "border-collapse:collapse",
    "<th>": "padding:2px 10px;border:1px solid #ccc;text-align:start",
    "<td>": "padding:2px 10px;border:1px solid #ccc",
}


def html(text: str) -> str:
    """The message as a mail program shows it."""
    return f'<div style="font-family:sans-serif;line-height:1.5">{styled(markdown.html(text))}</div>'


def styled(clean: str) -> str:
    """Clean HTML with a style on each element; nothing that somebody wrote can hold one of these tags."""
    for tag, style in _STYLES.items():
        head = tag.rstrip(">")
        clean = clean.replace(tag, f'{head} style="{style}"{tag[len(head) :]}')
    return clean
