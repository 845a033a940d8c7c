"""A small film with the number of each frame drawn in it, a page around it, three ways to serve it."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np

from mkdocs_worldmodel.figure.packed import packed
from mkdocs_worldmodel.web import STYLE, scripts

FRAMES, FPS = 101, 10
WIDTH, HEIGHT = 640, 240
TILES = {
    "front_left": [0, 0, 160, 80, "Front left"],
    "front_wide": [160, 0, 320, 160, "Front wide"],
    "top": [160, 160, 320, 80, "Top view"],
}
MOMENTS = [[0, "Start"], [15, "Lorry begins to change to lane 2"], [41, "Smallest gap"]]
SPEED = [math.nan if k == 5 else 3.6 * (27.8 - 0.05 * k) for k in range(FRAMES)]
# The barcode: bit i of the frame number is the square at x = 190 + 32 i, y = 60, white for one.
SQUARE, SQUARES = 24, [(190 + 32 * i, 60) for i in range(8)]
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; media-src 'self'"


def write_clip(path: Path) -> None:
    import av

    with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=FPS, options={"crf": "20", "g": "10", "bf": "0"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for k in range(FRAMES):
            picture = np.full((HEIGHT, WIDTH, 3), 96, np.uint8)
            for i, (x, y) in enumerate(SQUARES):
                picture[y : y + SQUARE, x : x + SQUARE] = 255 if k >> i & 1 else 0
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())


def read_picture(png: bytes) -> int:
    """The frame number in a screenshot of the stage that shows all cameras."""
    import cv2

    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)
    scale = picture.shape[1] / WIDTH
    middle = SQUARE / 2
    bits = [picture[int((y + middle) * scale), int((x + middle) * scale)] > 128 for x, y in SQUARES]
    return sum(1 << i for i, bit in enumerate(bits) if bit)


def figure(name: str, film: str = "clip.mp4") -> str:
    """A figure as the figure room writes it, with the parts that the element acts on."""
    events = [(0, "The ego drives."), (15, "The lorry begins to change to lane 2."), (41, "The gap is smallest.")]
    items = "".join(
        f'<li id="{name}-{i}" data-frame="{k}"><a href="#{name}-{i}"><time>{k / FPS:.1f} s</time></a> {text}</li>'
        for i, (k, text) in enumerate(events)
    )
    series = {"speed": packed(np.array(SPEED), 0)}
    return f"""<div class="wm" id="{name}" data-kind="rollout"><wm-figure data-fps="{FPS}" data-frames="{FRAMES}"
 data-tiles='{json.dumps(TILES)}' data-moments='{json.dumps(MOMENTS)}' data-series='{json.dumps(series)}'>
<figure class="wm-film"><div class="wm-stage"><video controls muted playsinline preload="none"
 width="{WIDTH}" height="{HEIGHT}" poster="poster.png" src="{film}" aria-label="A lorry cuts in"></video></div>
<figcaption><strong class="wm-title">Lorry cuts in</strong> <span class="wm-caption">In rain.</span></figcaption>
</figure>
<p class="wm-verdict" data-verdict="held">Expected: no collision — held.</p>
<div class="wm-chart" data-x0="48" data-x1="780"><svg viewBox="0 0 800 120" role="img" aria-label="Speed">
<path class="wm-line wm-line-1" d="M48 30L780 60"/><line class="wm-cursor" x1="0" x2="0" y1="10" y2="110"/></svg>
<div class="wm-legend"><span class="wm-key wm-line-1" data-series="speed"
 data-unit="km/h" data-digits="0">Ego speed</span></div></div>
<ol class="wm-events">{items}</ol>
<details class="wm-numbers"><summary>Numbers</summary><table data-search-exclude><tr><th>Smallest gap</th>
<td>8.4 m</td></tr></table></details>
<details class="wm-source"><summary>Source</summary><pre tabindex="0"><code>title: Lorry cuts in, with a line that \
is long enough to need more room than a phone has, so that it must scroll in its own box</code></pre></details>
<ul class="wm-downloads"><li><a href="{film}" download>Film (MP4)</a></li></ul></wm-figure></div>"""


def document(*figures: str, language: str = "en", head: str = "", foot: str | None = None) -> str:
    """A page; its scripts stand at the end of the body, as MkDocs writes them, if `foot` does not say otherwise."""
    foot = script_tags(language) if foot is None else foot
    return f"""<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>Test</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="poster.png">
<link rel="stylesheet" href="{STYLE}">{head}</head>
<body><h1>Test</h1><p><a id="outside" href="#outside">Outside</a></p>{"".join(figures)}
{foot}</body></html>"""


def script_tags(language: str = "en") -> str:
    return "".join(f'<script src="{name}"></script>' for name in scripts(language))


class PlainHandler(SimpleHTTPRequestHandler):
    """As `mkdocs serve`: no ranges. Pages come with a policy that forbids everything inline."""

    media = "blob:"

    def log_message(self, *args: object) -> None:
        """A test run needs no log."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", f"{POLICY} {self.media}")
        super().end_headers()


class RangeHandler(PlainHandler):
    def do_GET(self) -> None:
        wanted = self.headers.get("Range", "")
        if not wanted.startswith("bytes="):
            return super().do_GET()
        content = Path(self.translate_path(self.path)).read_bytes()
        first, _, last = wanted.removeprefix("bytes=").partition("-")
        start, end = int(first), min(int(last or len(content)), len(content) - 1)
        self.send_response(206)
        self.send_header("Content-Type", "video/mp4")
        self.send_header("Content-Range", f"bytes {start}-{end}/{len(content)}")
        self.send_header("Content-Length", str(end + 1 - start))
        self.end_headers()
        self.wfile.write(content[start : end + 1])
        return None


class NoBlobHandler(RangeHandler):
    """A site whose policy refuses films from Blobs."""

    media = ""


class Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that hangs up in the middle of a film is no news."""


# What the tests say in the page. `wm.read` is refused on file:, where a canvas may not be read back.
HELPERS = """
window.wm = {
  figures: () => [...document.querySelectorAll("wm-figure")],
  part: (css, i = 0) => wm.figures()[i].querySelector(".wm-stage").shadowRoot.querySelector(css),
  label: (i = 0) => Number(/frame ([0-9]+)/.exec(wm.part(".label", i).textContent)[1]),
  settled: (act, i = 0) => new Promise((done) => {
    const figure = wm.figures()[i];
    figure.addEventListener("wm-frame", function hear({ detail }) {
      if (!detail.settled) return;
      figure.removeEventListener("wm-frame", hear);
      done(detail.frame);
    });
    act();
  }),
  slide: (...frames) => {
    const slider = wm.part(".slider");
    for (const k of frames) { slider.value = k; slider.dispatchEvent(new Event("input")); }
  },
  read: (i = 0) => {
    const video = wm.figures()[i].querySelector("video");
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(video, 0, 0);
    const bit = (k) => context.getImageData(190 + 32 * k + 12, 72, 1, 1).data[0] > 128;
    return [...Array(8).keys()].reduce((sum, k) => sum + (bit(k) ? 2 ** k : 0), 0);
  },
  until: async (fact) => { while (!fact()) await new Promise(requestAnimationFrame); },
};
window.wmCount = { made: 0, revoked: 0, keys: [] };
addEventListener("keydown", (event) => wmCount.keys.push(event.key));
for (const [name, count] of [["createObjectURL", "made"], ["revokeObjectURL", "revoked"]]) {
  const real = URL[name];
  URL[name] = (...given) => { wmCount[count] += 1; return real.apply(URL, given); };
}
"""


@dataclass
class Visit:
    """A page in the browser, with the films that it asked for and what it complained about."""

    page: Any
    films: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def run(self, script: str, argument: object = None) -> Any:
        return self.page.evaluate(script, argument)

    def part(self, css: str, i: int = 0) -> Any:
        return self.page.locator("wm-figure").nth(i).locator(css)

    def settle(self, act: str) -> int:
        """The frame that the element reports as settled after this act (an expression in the page)."""
        return int(self.run(f"wm.settled(() => {act})"))
