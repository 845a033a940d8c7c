/* <wm-figure>: handles for a figure that is complete without them.
 *
 * The page holds everything: film, chart, list of events. On connection this element adds a control bar (in the
 * shadow root of .wm-stage) and ties all parts to one frame number; on disconnection it takes that back.
 *
 * Picture and label agree to the frame. A seek aims at the middle of a frame; which frame is shown is read from
 * requestVideoFrameCallback, the only clock. One seek is in flight at a time and the latest wish wins. The film is
 * fetched when the reader first acts and held as a Blob, so that it seeks on servers without ranges too.
 *
 * Properties  frame, frames, fps, paused, camera ("all" or a key of data-tiles)
 * Methods     play(), pause(), seek(frame)
 * Event       "wm-frame", bubbles, detail {frame, settled}; settled: the picture rests and shows this frame
 *
 * It is long since a site should load one small script (10 kB packed) and nothing should need a bundler. */
(() => {
  "use strict";
  if (customElements.get("wm-figure")) return;

  const STRINGS = {
    en: {
      controls: "Film controls", position: "Position in the film", speed: "Speed", camera: "Camera", all: "All",
      play: "Play", pause: "Pause", back: "Previous frame", forward: "Next frame", previous: "Previous moment",
      next: "Next moment", loop: "Repeat the section between two moments", help: "Keyboard shortcuts",
      loading: "Loading the film …",
      failed: "The film could not be loaded. The player of the browser is shown instead.",
      label: (time, k, last) => `${time} s · frame ${k} / ${last}`,
      spoken: (time, k, last) => `${time} seconds, frame ${k} of ${last}`,
      keys: [["Space, K", "play, pause"], ["← →  , .", "one frame"], ["Shift ← →", "one second"],
        ["Home, End", "start, end"], ["[ ]", "previous, next moment"], ["0 – 9", "tenths of the film"],
        ["L", "repeat the section"], ["+ −", "speed"], ["Esc", "all cameras"]],
    },
  };
  const ICONS = {
    play: "M8 5.5v13L18.5 12z", pause: "M7 5.5h3.5v13H7zM13.5 5.5H17v13h-3.5z",
    back: "M15 6.5v11L7 12zM16.5 6.5h2v11h-2z", forward: "M9 6.5v11l8-5.5zM5.5 6.5h2v11h-2z",
    previous: "M18 6.5v11L9.5 12zM6 6.5h2v11H6z", next: "M6 6.5v11l8.5-5.5zM16 6.5h2v11h-2z",
    loop: "M4.5 11V9.5a3 3 0 0 1 3-3H18M15.5 3.5l3 3-3 3M19.5 13v1.5a3 3 0 0 1-3 3H6M8.5 20.5l-3-3 3-3",
  };
  const KEYS = { // key: act; those in ANYWHERE act in the whole figure, the others in the player alone
    k: "play", " ": "play", ",": "back", ".": "forward", ArrowLeft: "back", ArrowRight: "forward",
    ShiftArrowLeft: "backSecond", ShiftArrowRight: "forwardSecond", PageDown: "backSecond", PageUp: "forwardSecond",
    Home: "start", End: "end", "[": "previous", "]": "next", l: "loop", "+": "faster", "-": "slower", "?": "help",
    Escape: "all",
  };
  const ANYWHERE = /^([a-z,.[\]+?-]|Escape)$/;
  const SPEEDS = { 0.25: "¼×", 0.5: "½×", 1: "1×", 2: "2×" };
  const NARROW = 560; // px; below it the stage shows one camera, since a mosaic is too small to read
  const CLOCK = "requestVideoFrameCallback" in HTMLVideoElement.prototype;

  const STYLE = `
    :host { display: block; }
    [hidden] { display: none !important; }
    * { box-sizing: border-box; }
    button, select, input { font: inherit; color: inherit; margin: 0; }
    .picture { position: relative; overflow: hidden; background: #15171a; }
    ::slotted(video) { position: absolute; inset: 0 auto auto 0; transform-origin: 0 0; }
    .tile { position: absolute; cursor: zoom-in; }
    .tile:hover { box-shadow: inset 0 0 0 2px #fff; }
    .tile.single { inset: 0; cursor: zoom-out; box-shadow: none; }
    .tile span { position: absolute; left: 6px; top: 6px; padding: 0 6px; border-radius: 3px; color: #fff;
      background: rgb(0 0 0 / .62); font: 11px/18px system-ui, sans-serif; white-space: nowrap; }
    .begin { position: absolute; left: 50%; top: 50%; width: 60px; height: 60px; margin: -30px; padding: 0; border: 0;
      border-radius: 50%; color: #fff; background: rgb(0 0 0 / .68); box-shadow: 0 0 0 2px #fff; cursor: pointer; }
    .begin:hover { background: #000; }
    .begin svg { width: 32px; height: 32px; margin: auto; }
    .bar { padding: 8px 16px 4px; font-size: 13px; line-height: 20px; }
    .time { position: relative; height: 32px; --at: 0; --from: 0; --to: 0; }
    .track, .past, .section { position: absolute; top: 18px; height: 4px; border-radius: 2px; }
    .track { left: 0; right: 0; background: var(--wm-track); }
    .past { left: 0; width: calc(8px + var(--at) * (100% - 16px)); background: var(--wm-accent); }
    .section { left: calc(8px + var(--from) * (100% - 16px)); width: calc((var(--to) - var(--from)) * (100% - 16px));
      top: 5px; height: 2px; background: currentColor; }
    .tick { position: absolute; left: calc(8px + var(--share) * (100% - 16px)); top: 2px; height: 8px;
      margin-left: -1px; border-left: 2px solid; opacity: .7; }
    input { appearance: none; position: absolute; left: 0; top: 8px; width: 100%; height: 24px; background: none;
      cursor: pointer; outline: none; touch-action: pan-y; }
    input::-webkit-slider-thumb { appearance: none; width: 16px; height: 16px; border: 0; border-radius: 8px;
      background: var(--wm-accent); }
    input::-moz-range-thumb { width: 16px; height: 16px; border: 0; border-radius: 8px; background: var(--wm-accent); }
    input:focus-visible::-webkit-slider-thumb { outline: 2px solid currentColor; outline-offset: 2px; }
    input:focus-visible::-moz-range-thumb { outline: 2px solid currentColor; outline-offset: 2px; }
    .row, .group { display: flex; flex-wrap: wrap; align-items: center; gap: 2px; }
    .row { gap: 2px 12px; margin-inline: -6px; }
    .label { font-variant-numeric: tabular-nums; white-space: nowrap; }
    .now { flex: 1 1 6rem; min-width: 0; color: var(--wm-muted); white-space: nowrap; overflow: hidden;
      text-overflow: ellipsis; }
    .narrow .now { padding-left: 6px; }
    .icon, .chip, select { border: 1px solid transparent; border-radius: 6px; background: none; cursor: pointer; }
    .icon { display: grid; place-items: center; width: 32px; height: 32px; padding: 0; }
    .icon:hover, .chip:hover, select:hover { background: var(--wm-soft); }
    .icon[aria-pressed=true], .icon[aria-expanded=true] { background: var(--wm-soft); border-color: currentColor; }
    svg { display: block; width: 22px; height: 22px; fill: currentColor; }
    svg.loop { width: 19px; height: 19px; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round;
      stroke-linejoin: round; }
    select { height: 32px; padding: 0 4px; }
    option { color: CanvasText; background: Canvas; }
    button:focus-visible, select:focus-visible { outline: 2px solid currentColor; outline-offset: 1px; }
    .cameras { gap: 4px; margin: 6px 0 4px; }
    .chip { min-height: 26px; padding: 2px 9px; border-color: var(--wm-line); font-size: 12px; line-height: 20px; }
    .chip[aria-pressed=true] { border-color: currentColor; box-shadow: inset 0 0 0 1px currentColor; }
    .keys { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: 2px 16px; margin: 8px 0; }
    .keys div { display: flex; gap: 8px; }
    dt { flex: 0 0 6.2rem; font-weight: 600; white-space: pre; }
    dd { margin: 0; color: var(--wm-muted); }
    .message { margin: 0 0 4px; }
    .live { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
    @media (prefers-reduced-motion: no-preference) { ::slotted(video) { transition: transform .2s, clip-path .2s; } }
    @media (forced-colors: active) {
      .tile span { forced-color-adjust: none; }
      .track, .past, .section { forced-color-adjust: none; background: CanvasText; }
      .past, input::-webkit-slider-thumb { forced-color-adjust: none; background: Highlight; }
      .icon, .chip, .begin { border: 1px solid ButtonBorder; }
      [aria-pressed=true] { forced-color-adjust: none; background: Highlight; color: HighlightText; }
    }`;

  const icon = (name) => `<svg class="${name}" viewBox="0 0 24 24" aria-hidden="true"><path d="${ICONS[name]}"/></svg>`;
  const button = (words, name, more = "", content = icon(name)) =>
    `<button type="button" class="icon" data-act="${name}" title="${words[name]}" aria-label="${words[name]}"${more}>`
    + `${content}</button>`;
  const template = (words, last, moments) => `
    <div class="picture"><slot></slot><div class="tiles" aria-hidden="true"></div>
      <button type="button" class="begin" data-act="play" tabindex="-1" aria-hidden="true">${icon("play")}</button>
    </div>
    <div class="bar" role="group" aria-label="${words.controls}">
      <div class="time"><div class="track"></div><div class="past"></div><div class="section" hidden></div>
        <input class="slider" type="range" min="0" max="${last}" step="1" aria-label="${words.position}"></div>
      <div class="row"><div class="group">${moments ? button(words, "previous") : ""}${button(words, "back")}
          ${button(words, "play")}${button(words, "forward")}${moments ? button(words, "next") : ""}</div>
        <span class="label"></span><span class="now"></span>
        <div class="group">${moments ? button(words, "loop", ' aria-pressed="false"') : ""}
          <select class="speed" aria-label="${words.speed}" title="${words.speed}">
            ${Object.entries(SPEEDS).map(([speed, text]) => `<option value="${speed}">${text}</option>`).join("")}
          </select>
          ${button(words, "help", ' aria-expanded="false"', "?")}</div></div>
      <div class="group cameras" role="group" aria-label="${words.camera}"></div>
      <dl class="keys" hidden>${words.keys.map(([k, act]) => `<div><dt>${k}</dt><dd>${act}</dd></div>`).join("")}</dl>
      <p class="message" role="alert" hidden></p><div class="live" role="status"></div></div>`;
  const make = (tag, className, text = "") =>
    Object.assign(document.createElement(tag), { className, textContent: text });
  const clamp = (x, low, high) => Math.min(Math.max(x, low), high);
  const parse = (text, otherwise) => {
    try { return JSON.parse(text) ?? otherwise; } catch { return otherwise; }
  };

  let sheet = null; // one style sheet for all control bars
  let playing = null; // the one figure of the page that plays

  class WorldModelFigure extends HTMLElement {
    #connection = null; // AbortController of all listeners and requests of this connection
    #words; #video; #source; #ui; #tiles; #favourite; #moments; #series; #charts; #values; #events;
    #frame = 0;
    #camera = null; // the reader's choice; null: as the width asks
    #narrow = false;
    #section = null; // [from, to] of the repeated section
    #film = null; // promise of the loaded film; null until the reader acts
    #blob = null;
    #wish = null; // the frame to go to next
    #target = null; // the frame of the seek in flight
    #arrived = false; // that seek has ended; its picture may still be on the way
    #shown = null; // the frame in the picture, where known
    #handle = 0;
    #timer = 0;

    get frame() { return this.#frame; }
    set frame(k) { this.seek(k); }
    get paused() { return playing !== this; }
    get camera() { return this.#camera ?? (this.#narrow ? this.#favourite : "all"); }
    set camera(key) {
      this.#camera = key in this.#tiles ? key : "all";
      this.#frameCamera();
    }

    connectedCallback() {
      const { signal } = (this.#connection = new AbortController());
      if (document.readyState !== "loading") this.#upgrade(signal);
      else document.addEventListener("DOMContentLoaded", () => this.#upgrade(signal), { once: true, signal });
    }

    disconnectedCallback() {
      this.#connection.abort();
      this.removeAttribute("data-ready");
      if (playing === this) playing = null;
      const video = this.#video;
      if (!this.#ui) return;
      clearTimeout(this.#timer);
      video.pause();
      if (CLOCK) video.cancelVideoFrameCallback(this.#handle);
      else cancelAnimationFrame(this.#handle);
      if (video.dataset.src) this.#unload(video);
      if (this.#blob) URL.revokeObjectURL(this.#blob);
      video.controls = true;
      video.style.transform = video.style.clipPath = video.style.aspectRatio = "";
      this.#ui.root.replaceChildren(document.createElement("slot"));
      this.#film = this.#blob = this.#wish = this.#target = this.#shown = this.#section = this.#ui = null;
    }

    // ---------------------------------------------------------------- the parts

    #upgrade(signal) {
      const all = (selector) => [...this.querySelectorAll(selector)];
      const { dataset } = this;
      this.#words = STRINGS[this.closest("[lang]")?.lang.slice(0, 2)] ?? STRINGS.en;
      this.fps = Number(dataset.fps) || 10;
      this.frames = Math.max(Number(dataset.frames) || 1, 1);
      this.#tiles = parse(dataset.tiles, {});
      this.#series = parse(dataset.series, {});
      this.#moments = parse(dataset.moments, []).sort((a, b) => a[0] - b[0]);
      this.#favourite = "front_wide" in this.#tiles ? "front_wide" : (Object.keys(this.#tiles)[0] ?? "all");
      this.#events = all(".wm-events [data-frame]");
      this.#values = all(".wm-key output").map((output) => {
        output.setAttribute("aria-live", "off"); // an <output> would be read aloud at every frame
        return [output, output.closest(".wm-key").dataset];
      });
      this.#charts = all(".wm-chart").filter((chart) => chart.querySelector("svg")).map((chart) => (
        { svg: chart.querySelector("svg"), cursors: all(".wm-cursor").filter((line) => chart.contains(line)),
          x0: Number(chart.dataset.x0), x1: Number(chart.dataset.x1) }));
      this.#video = this.querySelector(".wm-stage > video");
      if (this.#video) this.#buildPlayer(signal);
      for (const chart of this.#charts) this.#listenToChart(chart, signal);
      this.addEventListener("keydown", (event) => this.#key(event), { signal });
      this.addEventListener("click", (event) => this.#followLink(event), { signal });
      addEventListener("hashchange", () => this.#followHash(), { signal });
      const observer = new ResizeObserver(() => requestAnimationFrame(() => signal.aborted || this.#fit()));
      observer.observe(this);
      signal.addEventListener("abort", () => observer.disconnect());
      this.toggleAttribute("data-ready", true);
      this.#show(clamp(Number(dataset.poster) || 0, 0, this.frames - 1), false); // the frame of the poster
      this.#followHash();
    }

    #buildPlayer(signal) {
      const video = this.#video, stage = video.parentElement, last = this.frames - 1;
      const on = (target, name, act) => target.addEventListener(name, act, { signal });
      const root = stage.shadowRoot ?? stage.attachShadow({ mode: "open" });
      if (!sheet) (sheet = new CSSStyleSheet()).replaceSync(STYLE);
      root.adoptedStyleSheets = [sheet];
      root.innerHTML = template(this.#words, last, this.#moments.length > 0);
      const ui = this.#ui = { root };
      for (const part of root.querySelectorAll("[class]")) ui[part.classList[part.classList.length - 1]] ??= part;
      for (const part of root.querySelectorAll(".icon")) ui[part.dataset.act] = part;
      for (const [k] of this.#moments) {
        const tick = ui.time.insertBefore(make("div", "tick"), ui.slider);
        tick.style.setProperty("--share", k / (last || 1));
      }
      const names = Object.entries(this.#tiles).map(([key, tile]) => [key, tile[4]]);
      for (const [key, name] of names.length > 1 ? [["all", this.#words.all], ...names] : []) {
        const chip = ui.cameras.appendChild(make("button", "chip", name));
        Object.assign(chip, { type: "button", value: key });
        on(chip, "click", () => { this.camera = key; });
      }
      ui.speed.value = "1";
      on(root, "click", (event) => this.#acts[event.target.closest("[data-act]")?.dataset.act]?.());
      on(ui.slider, "input", () => { this.pause(); this.seek(ui.slider.valueAsNumber); });
      on(ui.speed, "change", () => { video.playbackRate = Number(ui.speed.value); });
      on(video, "seeked", () => this.#seeked());
      on(video, "pause", () => this.#paused());
      if (video.dataset.src) this.#unload(video); // a copy of a figure that was in use
      this.#source = video.getAttribute("src");
      video.controls = false;
      this.#frameCamera();
    }

    #fit() {
      for (const box of this.querySelectorAll(".wm-top, .wm-chart")) { // what scrolls must take the keyboard's focus
        if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
        else box.removeAttribute("tabindex");
      }
      const width = this.clientWidth; // 0: in a closed tab
      if (!this.#ui || width === 0 || width < NARROW === this.#narrow) return;
      this.#narrow = !this.#narrow;
      this.#frameCamera();
    }

    /** Show one camera, or all, by moving the video in its window; in shares of its size, so that no layout is read. */
    #frameCamera() {
      const { picture, tiles, bar, cameras } = this.#ui;
      const { width: W, height: H, style } = this.#video;
      const camera = this.camera, single = camera !== "all";
      const shape = single && this.#narrow ? 2 : W / H; // of the window: on a phone a camera gets a taller one
      const [x, y, w, h] = single ? this.#tiles[camera] : [0, 0, W, H];
      const scale = Math.min(W / w, W / (shape * h));
      const right = (1 - (w / W) * scale) / 2 - (x / W) * scale;
      const down = (W / (shape * H) - (h / H) * scale) / 2 - (y / H) * scale;
      const percent = (...shares) => shares.map((share) => `${100 * share}%`);
      picture.style.aspectRatio = String(shape);
      style.aspectRatio = String(W / H); // also while a poster of another shape is shown
      style.transform = single ? `translate(${percent(right, down)}) scale(${scale})` : "none";
      style.clipPath = `inset(${percent(y / H, 1 - (x + w) / W, 1 - (y + h) / H, x / W).join(" ")})`;
      bar.classList.toggle("narrow", this.#narrow);
      for (const chip of cameras.children) chip.setAttribute("aria-pressed", String(chip.value === camera));
      tiles.replaceChildren();
      for (const [key, [tx, ty, tw, th, name]] of cameras.firstChild ? Object.entries(this.#tiles) : []) {
        if (single && key !== camera) continue;
        const tile = tiles.appendChild(make("div", single ? "tile single" : "tile"));
        tile.append(make("span", "", name));
        // A tap on the one camera of a phone plays, as in every player there; elsewhere it goes back to all.
        tile.onclick = () => {
          if (single && this.#narrow) this.#acts.play();
          else this.camera = single ? "all" : key;
        };
        const [left, top, width, height] = percent(tx / W, ty / H, tw / W, th / H);
        if (!single) Object.assign(tile.style, { left, top, width, height });
      }
    }

    // ---------------------------------------------------------------- one frame for all parts

    #show(k, settled) {
      const last = this.frames - 1, share = k / (last || 1);
      this.#frame = k;
      for (const { cursors, x0, x1 } of this.#charts) {
        for (const cursor of cursors) cursor.setAttribute("transform", `translate(${x0 + (x1 - x0) * share} 0)`);
      }
      for (const [output, { series, unit, digits = 1, scale = 1 }] of this.#values) {
        const value = this.#series[series]?.[k];
        output.textContent = value == null ? "–" : `${(value * scale).toFixed(digits).replace("-", "−")} ${unit ?? ""}`;
      }
      const current = this.#events.filter((item) => Number(item.dataset.frame) <= k).pop();
      for (const item of this.#events) {
        if (item === current) item.setAttribute("aria-current", "true");
        else item.removeAttribute("aria-current");
      }
      if (this.#ui) {
        const { slider, time, label, now } = this.#ui;
        const seconds = (k / this.fps).toFixed(this.fps > 10 ? 2 : 1);
        const moment = this.#moments.filter(([at]) => at <= k).pop()?.[1] ?? "";
        slider.value = k;
        slider.setAttribute("aria-valuetext", `${this.#words.spoken(seconds, k, last)}${moment && `, ${moment}`}`);
        time.style.setProperty("--at", share);
        label.textContent = this.#words.label(seconds, k, last);
        now.textContent = moment;
      }
      this.dispatchEvent(new CustomEvent("wm-frame", { bubbles: true, detail: { frame: k, settled } }));
    }

    // ---------------------------------------------------------------- play and seek

    seek(frame) {
      const k = clamp(Math.round(frame) || 0, 0, this.frames - 1);
      if (this.#section) this.#setSection(k);
      if (this.#ui) this.#wish = k;
      this.#show(k, !this.#ui);
      if (this.#ui) this.#drain();
    }

    async play() {
      if (!this.#ui || playing === this) return;
      playing?.pause();
      playing = this;
      this.#showState();
      const [from, to] = this.#section ?? [0, this.frames - 1];
      if (this.#frame < from || this.#frame >= to || !this.#film && this.#wish === null) this.seek(from);
      if (await this.#load() && playing === this) this.#video.play().catch(() => this.pause());
    }

    pause() {
      if (!this.#ui) return;
      if (playing === this) playing = null;
      this.#video.pause();
      this.#showState();
    }

    async #drain() {
      if (this.#target !== null || !(await this.#load())) return;
      if (this.#target !== null || this.#wish === null) return; // another call went first
      [this.#target, this.#wish] = [this.#wish, null];
      if (this.#target === this.#shown && this.#video.paused) return this.#settle();
      this.#shown = null;
      this.#arrived = false;
      this.#video.currentTime = (this.#target + 0.5) / this.fps;
    }

    #seeked() {
      if (this.#target === null) return;
      this.#arrived = true;
      if (!CLOCK) this.#shown = this.#target;
      if (this.#wish !== null || this.#shown !== null) this.#settle();
      else this.#timer = setTimeout(() => this.#settle(), 150); // a picture out of sight may not be reported
    }

    #settle() {
      clearTimeout(this.#timer);
      this.#target = null;
      if (this.#wish !== null) return this.#drain();
      const guess = Math.floor(this.#video.currentTime * this.fps + 0.01);
      this.#show(this.#shown ?? clamp(guess, 0, this.frames - 1), this.#video.paused);
    }

    /** A new frame is in the picture: the one place from which the label follows the film. */
    #presented(frame) {
      const k = clamp(frame, 0, this.frames - 1), { paused, seeking } = this.#video;
      if (this.#target !== null) {
        if (seeking || (paused && k !== this.#target)) return; // a picture of before the seek
        this.#shown = k;
        if (this.#arrived) this.#settle();
        return;
      }
      this.#shown = k;
      if (this.#wish !== null) return;
      if (k !== this.#frame || paused) this.#show(k, paused);
      if (this.#section && !paused && k >= this.#section[1]) this.seek(this.#section[0]);
    }

    #watch() {
      const video = this.#video;
      this.#handle = CLOCK ? video.requestVideoFrameCallback((now, { mediaTime }) => {
        this.#watch();
        this.#presented(Math.round(mediaTime * this.fps));
      }) : requestAnimationFrame(() => {
        this.#watch();
        if (!video.paused && !video.seeking) this.#presented(Math.floor(video.currentTime * this.fps + 0.01));
      });
    }

    #paused() { // by the reader, by the browser, or at the end
      if (this.#video.ended && this.#section && playing === this) {
        this.seek(this.#section[0]);
        return this.#video.play().catch(() => this.pause());
      }
      this.pause();
      if (this.#target !== null || this.#wish !== null) return;
      this.#show(this.#shown ?? this.#frame, true);
      this.#speak();
    }

    #unload(video) {
      Object.assign(video, { preload: "none", src: video.dataset.src });
      delete video.dataset.src;
    }

    /** The film, fetched once: as a Blob where there is a server; directly on file:, or where that is refused. */
    #load() {
      return (this.#film ??= this.#fetch(this.#connection.signal, this.#ui));
    }

    async #fetch(signal, { begin, now }) {
      const video = this.#video;
      const address = new URL(this.#source, document.baseURI);
      const busy = setTimeout(() => { now.textContent = this.#words.loading; }, 200);
      const direct = () => address.href;
      const blob = async () => {
        const answer = await fetch(address, { signal });
        if (!answer.ok) throw new Error(String(answer.status));
        const film = await answer.blob();
        signal.throwIfAborted();
        return (this.#blob = URL.createObjectURL(film));
      };
      begin.hidden = true;
      for (const source of address.protocol.startsWith("http") ? [blob, direct] : [direct]) {
        try {
          const src = await source();
          await new Promise((resolve, reject) => {
            for (const [name, act] of [["loadedmetadata", resolve], ["error", reject]]) {
              video.addEventListener(name, act, { once: true, signal });
            }
            signal.addEventListener("abort", reject);
            video.removeAttribute("loading"); // lazy loading would wait until the film is in view
            video.dataset.src = this.#source;
            video.src = src;
            video.preload = "auto"; // after the new address, else the old one would be fetched as well
          });
          video.playbackRate = Number(this.#ui.speed.value);
          clearTimeout(busy);
          this.#show(this.#wish ?? this.#frame, false);
          this.#watch();
          return true;
        } catch {
          if (signal.aborted) return false;
        }
      }
      clearTimeout(busy);
      this.#giveUp();
      return false;
    }

    #giveUp() {
      const { bar, tiles, message } = this.#ui;
      this.#wish = null;
      this.pause();
      this.camera = "all";
      tiles.replaceChildren();
      bar.replaceChildren(message);
      message.textContent = this.#words.failed;
      message.hidden = false;
      this.#video.controls = true;
    }

    // ---------------------------------------------------------------- what the reader does

    #acts = {
      play: () => (this.paused ? this.play() : this.pause()),
      back: () => this.#step(-1), forward: () => this.#step(1),
      backSecond: () => this.#step(-Math.round(this.fps)), forwardSecond: () => this.#step(Math.round(this.fps)),
      start: () => this.#go(0), end: () => this.#go(this.frames - 1),
      previous: () => { // in play a moment just passed is the present one
        const before = this.#frame - (this.paused ? 0 : this.fps);
        this.#go(this.#moments.filter(([k]) => k < before).pop()?.[0] ?? 0);
      },
      next: () => this.#go(this.#moments.find(([k]) => k > this.#frame)?.[0] ?? this.frames - 1),
      loop: () => this.#setSection(this.#section ? null : this.#frame),
      faster: () => this.#changeSpeed(1), slower: () => this.#changeSpeed(-1),
      all: () => { this.camera = "all"; },
      help: () => {
        const { keys, help } = this.#ui;
        keys.hidden = !keys.hidden;
        help.setAttribute("aria-expanded", String(!keys.hidden));
      },
    };

    #go(k) {
      this.seek(k);
      this.#speak();
    }

    #step(count) {
      this.pause();
      this.#go(this.#frame + count);
    }

    #speak() {
      if (this.#ui) this.#ui.live.textContent = this.#ui.slider.getAttribute("aria-valuetext");
    }

    #showState() {
      const name = this.paused ? "play" : "pause";
      this.#ui.play.title = this.#words[name];
      this.#ui.play.setAttribute("aria-label", this.#words[name]);
      this.#ui.play.querySelector("path").setAttribute("d", ICONS[name]);
    }

    /** Repeat the section around this frame; null: none. */
    #setSection(k) {
      const { time, section, loop } = this.#ui, last = this.frames - 1;
      const edges = [0, ...this.#moments.map(([at]) => at), last];
      const to = edges.find((edge) => edge > k) ?? last;
      this.#section = k === null ? null : [edges.filter((edge) => edge < to).pop() ?? 0, to];
      section.hidden = k === null;
      loop?.setAttribute("aria-pressed", String(k !== null));
      this.#section?.forEach((edge, i) => time.style.setProperty(i ? "--to" : "--from", edge / (last || 1)));
    }

    #changeSpeed(side) {
      const { speed } = this.#ui;
      speed.selectedIndex = clamp(speed.selectedIndex + side, 0, speed.length - 1);
      this.#video.playbackRate = Number(speed.value);
    }

    #key(event) {
      if (!this.#ui || this.#video.controls || event.defaultPrevented) return;
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const inner = event.composedPath()[0].localName, inPlayer = event.target === this.#video.parentElement;
      const { key } = event, letter = key.length === 1;
      if (inPlayer && (letter || inner === "select")) event.stopPropagation(); // the theme's letters: next page, search
      if (inner === "select" || (key === " " && inner === "button")) return; // theirs
      const name = letter ? key.toLowerCase() : `${event.shiftKey ? "Shift" : ""}${key}`;
      let act = inPlayer || ANYWHERE.test(name) ? this.#acts[KEYS[name]] : null;
      if (/^[0-9]$/.test(key)) act = () => this.#go((Number(key) / 10) * (this.frames - 1));
      if (!act || (key === "Escape" && this.camera === "all")) return;
      event.stopPropagation();
      event.preventDefault();
      act();
    }

    #listenToChart({ svg, x0, x1 }, signal) {
      const on = (name, act) => svg.addEventListener(name, act, { signal });
      const seek = (event) => {
        const { a, e } = svg.getScreenCTM();
        this.pause();
        this.seek((((event.clientX - e) / a - x0) / (x1 - x0)) * (this.frames - 1));
      };
      on("click", seek); // also a finger's tap; a finger that scrolls the page is left alone
      on("pointerdown", (event) => {
        if (event.pointerType === "touch" || event.button !== 0) return;
        event.preventDefault();
        svg.setPointerCapture(event.pointerId);
        seek(event);
      });
      on("pointermove", (event) => { if (svg.hasPointerCapture(event.pointerId)) seek(event); });
    }

    #followLink(event) {
      const item = event.target.closest("a")?.closest("[data-frame]");
      if (!item || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      event.stopPropagation();
      history.replaceState(history.state, "", `#${item.id}`);
      this.#go(Number(item.dataset.frame));
      const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
      this.querySelector(".wm-film")?.scrollIntoView({ block: "nearest", behavior });
    }

    #followHash() {
      let id = location.hash.slice(1);
      try { id = decodeURIComponent(id); } catch { /* not one of ours */ }
      const item = id && document.getElementById(id); // of two copies the first
      if (item && item.dataset.frame && this.contains(item)) this.#go(Number(item.dataset.frame));
    }
  }

  customElements.define("wm-figure", WorldModelFigure);
})();
