# The README's moving picture: a part of the film that the example site's build made, as animated WebP.

from __future__ import annotations

from pathlib import Path

import av

HERE = Path(__file__).parent
FILM = "cut-in.mp4"
START, END, FPS = 1.0, 6.0, 10


def main() -> None:
    """Read the built film, write readme.webp beside this file."""
    film = next((HERE / "site/assets/worldmodel").glob(f"*/{FILM}"), None)
    if film is None:
        raise SystemExit(f"{FILM} is not in the built site: run `make site` first")
    target = HERE / "readme.webp"
    options = {"lossless": "0", "quality": "42", "compression_level": "6", "loop": "0"}
    with av.open(str(film)) as source, av.open(str(target), "w", options={"loop": "0"}) as out:
        stream = out.add_stream("libwebp_anim", rate=FPS, options=options)
        stream.width, stream.height, stream.pix_fmt = 960, 360, "yuv420p"
        for number, frame in enumerate(source.decode(video=0)):
            if START <= number / FPS < END:
                small = frame.reformat(960, 360, "yuv420p", interpolation="AREA")
                small.pts = None
                out.mux(stream.encode(small))
        out.mux(stream.encode(None))
    print(f"{target.name}: {target.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
