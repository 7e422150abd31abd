"""Pages in notebooks."""

import html


def framed(page: str) -> str:
    """A whole page as part of another one, apart from its styles and scripts."""
    source = html.escape(page, quote=True)
    return f'<iframe sandbox="allow-scripts" srcdoc="{source}" style="width:100%;height:640px;border:0"></iframe>'
