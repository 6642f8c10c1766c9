"""Splits the prose of a notebook into blocks, and shortens it for a slide."""

import re

import markdown_it
from mdit_py_plugins.dollarmath import dollarmath_plugin

from staging.prose import OUTWARD

HEADING = re.compile(r"(#{2,3}) (?:\d+\. )?(.*)")
FORMULA = re.compile(r"\$\$.*\$\$", re.S)
ITEM = re.compile(r"(?:[-*]|\d+\.)\s")
# Full stops inside these are no ends of sentences.
SENTENCE = re.compile(r"(?<=[.!?])(?<!e\.g\.)(?<!al\.)(?<!i\.e\.)\s+(?=[A-Z($*`'\"])")


def blocks_of(text):
    """Returns the blocks between blank lines; code, formulas and folded answers stay whole."""
    found, open_end = [], None
    for block in re.split(r"\n\s*\n", text.strip()):
        if open_end:
            found[-1] += f"\n\n{block}"
        else:
            found.append(block)
        open_end = missing_end(found[-1])
    return [block.strip("\n") for block in found]


def missing_end(block):
    """Returns what a block still lacks to be whole, or None."""
    if block.startswith("<details") and "</details>" not in block:
        return "</details>"
    if block.startswith("```") and block.count("```") % 2:
        return "```"
    return None


def kind_of(block):
    """Returns what a block is: heading, formula, table, list, predict, details, code or text."""
    if HEADING.match(block):
        return "heading"
    if FORMULA.fullmatch(block.strip()):
        return "formula"
    for start, kind in (("|", "table"), ("<details", "details"), ("```", "code")):
        if block.startswith(start):
            return kind
    if re.match(r"\*\*Predict", block):
        return "predict"
    return "list" if ITEM.match(block) else "text"


def shortened(text, longest):
    """Returns the first sentences of a paragraph, as many as fit, but at least one."""
    sentences = SENTENCE.split(" ".join(text.split()))
    kept = sentences[0]
    for sentence in sentences[1:]:
        if len(kept) + len(sentence) >= longest:
            break
        kept += f" {sentence}"
    return kept


def last_sentence(text):
    """Returns the sentence that leads up to what follows a paragraph."""
    return SENTENCE.split(" ".join(text.split()))[-1]


def shortened_items(text, longest):
    """Returns a list, each of its items shortened."""
    items = re.split(r"\n(?=(?:[-*]|\d+\.)\s)", text)
    return "\n".join(shortened(item, longest) for item in items)


def html_of(text):
    """Returns the HTML of markdown with formulas; links inside the course become plain words."""
    text = OUTWARD.sub("]()", text)
    text = re.sub(r"(?<!!)\[([^\]]*)\]\((?!https?:)[^)]*\)", r"\1", text)
    return inline_formulas(RENDERER.render(text))


def html_of_line(text):
    """Returns the HTML of a title."""
    return inline_formulas(RENDERER.renderInline(text))


def inline_formulas(text):
    """Lets a formula stand inside of a paragraph, which a <div> would end."""
    return re.sub(r'<div class="math inline">(.*?)</div>', r"<span>\1</span>", text, flags=re.S)


def formula(content, options):
    """Returns a formula as MathJax looks for it."""
    content = content.replace("&", "&amp;").replace("<", "&lt;")
    return rf"\[{content}\]" if options["display_mode"] else rf"\({content}\)"


RENDERER = markdown_it.MarkdownIt("commonmark", {"html": True}).enable("table")
RENDERER.use(dollarmath_plugin, renderer=formula, double_inline=True, allow_labels=False)
