/* <wm-figure>: handles for a figure that is complete without them. On connection it adds a control bar and ties film,
 * chart and list of events to one frame number; on disconnection it takes that back. The bar, worldmodel-stage.js,
 * comes before it; they are no modules, which pages on a disk may not load. Film and element share this file, over
 * 400 lines, since a page should load 12 kB of script at most, and three files would pack worse than two.
 *
 * A seek aims at the middle of a frame; which frame is shown is read from requestVideoFrameCallback. One seek is in
 * flight at a time and the latest wish wins. The film is fetched when the reader first acts and held as a Blob, so
 * that it seeks on servers without ranges too.
 *
 * Properties  frame, frames, fps, paused, camera ("all" or a key of data-tiles)
 * Methods     play(), pause(), seek(frame)
 * Event       "wm-frame", bubbles, detail {frame, settled}; settled: the picture rests and shows this frame */
(() => {
  "use strict";
  const shared = globalThis.wmFigure;
  if (!shared?.Stage || customElements.get("wm-figure")) return; // without the others: the page as it is
  const { Stage, words } = shared;

  const CLOCK = "requestVideoFrameCallback" in HTMLVideoElement.prototype;
  const clamp = (x, low, high) => Math.min(Math.max(x, low), high);
  let playing = null; // the one film of the page that plays

  /** A video as a row of frames, with the one clock that everything else follows. */
  class Film {
    section = null; // [from, to] that is repeated
    #video; #fps; #last; #hear; #source;
    #connection = new AbortController();
    #frame; // of the label
    #loaded = null; // promise; null until the reader acts
    #blob = null;
    #wish = null; // where to go next
    #target = null; // of the seek in flight
    #arrived = false; // that seek has ended; its picture may still be on the way
    #shown = null; // in the picture, where known
    #timer = 0;

    /** `hear` is told by calls of: frame(k, settled), state(), rested(), loading(), failed(). */
    constructor(video, { fps, last, first }, hear) {
      [this.#video, this.#fps, this.#last, this.#frame, this.#hear] = [video, fps, last, first, hear];
      const { signal } = this.#connection;
      if (video.dataset.src) this.#unload(); // a copy of a figure that was in use
      this.#source = video.getAttribute("src");
      video.addEventListener("seeked", () => this.#seeked(), { signal });
      video.addEventListener("pause", () => this.#paused(), { signal });
      video.controls = false;
    }

    /** Give the video back as the page had it. */
    close() {
      const video = this.#video;
      this.#connection.abort();
      if (playing === this) playing = null;
      clearTimeout(this.#timer);
      video.pause();
      if (video.dataset.src) this.#unload();
      if (this.#blob) URL.revokeObjectURL(this.#blob);
      video.defaultPlaybackRate = 1;
      video.controls = true;
    }

    get frame() { return this.#frame; }
    get paused() { return playing !== this; }
    set speed(rate) { this.#video.defaultPlaybackRate = this.#video.playbackRate = rate; } // default: kept by a new src

    seek(frame) {
      const k = clamp(Math.round(frame) || 0, 0, this.#last);
      this.#wish = k;
      this.#show(k, false);
      this.#drain();
    }

    async play() {
      if (!this.paused) return;
      playing?.pause();
      playing = this;
      this.#hear.state();
      const [from, to] = this.section ?? [0, this.#last];
      if (this.#frame < from || this.#frame >= to || !this.#loaded && this.#wish === null) this.seek(from);
      if (await this.#load() && !this.paused) this.#video.play().catch(() => this.pause());
    }

    pause() {
      if (playing === this) playing = null;
      this.#video.pause();
      this.#hear.state();
    }

    #show(k, settled) {
      this.#frame = k;
      this.#hear.frame(k, settled);
    }

    async #drain() {
      if (this.#target !== null || !(await this.#load())) return;
      if (this.#target !== null || this.#wish === null) return; // another call went first
      [this.#target, this.#wish] = [this.#wish, null];
      if (this.#target === this.#shown && this.#video.paused) return this.#settle();
      this.#shown = null;
      this.#arrived = false;
      this.#video.currentTime = (this.#target + 0.5) / this.#fps;
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
      this.#show(this.#shown ?? this.#guess(), this.#video.paused);
    }

    /** A new frame is in the picture: the one place from which the label follows the film. */
    #presented(frame) {
      const k = clamp(frame, 0, this.#last), { paused, seeking } = this.#video;
      if (this.#target !== null) {
        if (seeking || (paused && k !== this.#target)) return; // a picture of before the seek
        this.#shown = k;
        if (this.#arrived) this.#settle();
        return;
      }
      this.#shown = k;
      if (this.#wish !== null) return;
      if (k !== this.#frame || paused) this.#show(k, paused);
      if (this.section && !paused && k >= this.section[1]) this.seek(this.section[0]);
    }

    #watch() {
      const video = this.#video;
      const look = (now, picture) => {
        if (this.#connection.signal.aborted) return;
        this.#watch();
        if (CLOCK) this.#presented(Math.round(picture.mediaTime * this.#fps));
        else if (!video.paused && !video.seeking) this.#presented(this.#guess());
      };
      if (CLOCK) video.requestVideoFrameCallback(look);
      else requestAnimationFrame(look);
    }

    #guess() {
      return clamp(Math.floor(this.#video.currentTime * this.#fps + 0.01), 0, this.#last);
    }

    #paused() { // by the reader, by the browser, or at the end
      if (this.#video.ended && this.section && !this.paused) {
        this.seek(this.section[0]);
        return this.#video.play().catch(() => this.pause());
      }
      this.pause();
      if (this.#target !== null || this.#wish !== null) return;
      this.#show(this.#shown ?? this.#frame, true);
      this.#hear.rested();
    }

    #unload() {
      const video = this.#video;
      Object.assign(video, { preload: "none", src: video.dataset.src });
      delete video.dataset.src;
    }

    /** Fetched once: as a Blob where there is a server; directly on file:, or where Blobs are refused. */
    #load() {
      return (this.#loaded ??= this.#fetch(this.#connection.signal));
    }

    async #fetch(signal) {
      const address = new URL(this.#source, document.baseURI);
      const direct = () => address.href;
      const blob = async () => {
        const answer = await fetch(address, { signal });
        if (!answer.ok) throw new Error(String(answer.status));
        const film = await answer.blob();
        signal.throwIfAborted();
        return (this.#blob = URL.createObjectURL(film));
      };
      this.#hear.loading();
      for (const source of address.protocol.startsWith("http") ? [blob, direct] : [direct]) {
        try {
          await this.#put(await source(), signal);
          this.#show(this.#wish ?? this.#frame, false);
          this.#watch();
          return true;
        } catch {
          if (signal.aborted) return false;
        }
      }
      this.#wish = null;
      this.pause();
      this.#video.controls = true;
      this.#hear.failed();
      return false;
    }

    #put(src, signal) {
      const video = this.#video;
      return new Promise((resolve, reject) => {
        for (const [name, act] of [["loadedmetadata", resolve], ["error", reject]]) {
          video.addEventListener(name, act, { once: true, signal });
        }
        signal.addEventListener("abort", reject);
        video.removeAttribute("loading"); // lazy loading would wait until the film is in view
        video.dataset.src = this.#source;
        video.src = src;
        video.preload = "auto"; // after the new address, else the old one would be fetched as well
      });
    }
  }

  const KEYS = { // key: act; Escape and what is written act in the whole figure, the others in the player alone
    k: "play", " ": "play", ",": "back", ".": "forward", ArrowLeft: "back", ArrowRight: "forward",
    ShiftArrowLeft: "backSecond", ShiftArrowRight: "forwardSecond", PageDown: "backSecond", PageUp: "forwardSecond",
    Home: "start", End: "end", "[": "previous", "]": "next", l: "loop", "+": "faster", "-": "slower", "?": "help",
    Escape: "all",
  };
  const parse = (text, otherwise) => (text ? JSON.parse(text) : otherwise);

  /** Series as figure/packed.py packs them: a value for each frame, null where there is none. */
  const unpacked = (series) => Object.fromEntries(Object.entries(series).map(([name, packed]) => {
    const [digits, codes] = packed.split(":"), values = [];
    let steps = 0;
    for (const [, code, times, anew] of codes.matchAll(/([a-z_])(\d*)|\((-?\d+)\)/g)) {
      if (anew) values.push((steps = Number(anew)) / 10 ** digits);
      for (let n = anew ? 0 : Number(times || 1); n > 0; n--) {
        values.push(code === "_" ? null : (steps += code.charCodeAt(0) - 109) / 10 ** digits);
      }
    }
    return [name, values];
  }));

  class WorldModelFigure extends HTMLElement {
    #connection = null; // AbortController of all listeners of this connection
    #film = null; // null: the figure has none
    #stage = null;
    #frame = 0; // of a figure without film
    #words; #moments; #series; #charts; #values; #events;

    get frame() { return this.#film?.frame ?? this.#frame; }
    set frame(k) { this.seek(k); }
    get paused() { return this.#film?.paused ?? true; }
    get camera() { return this.#stage?.camera ?? "all"; }
    set camera(key) { if (this.#stage) this.#stage.camera = key; }

    play() { return this.#film?.play(); }
    pause() { this.#film?.pause(); }
    seek(frame) {
      const k = clamp(Math.round(frame) || 0, 0, this.frames - 1);
      if (!this.#film) return this.#show(k, true);
      if (this.#film.section) this.#repeat(k);
      this.#film.seek(k);
    }

    connectedCallback() {
      const { signal } = (this.#connection = new AbortController());
      if (document.readyState !== "loading") this.#upgrade(signal);
      else document.addEventListener("DOMContentLoaded", () => this.#upgrade(signal), { once: true, signal });
    }

    connectedMoveCallback() {} // moveBefore() loses nothing

    disconnectedCallback() {
      this.#connection.abort();
      this.removeAttribute("data-ready");
      this.#film?.close();
      this.#stage?.close();
      this.#film = this.#stage = null;
    }

    #upgrade(signal) {
      const all = (selector) => [...this.querySelectorAll(selector)];
      const { dataset } = this;
      this.#words = words[this.closest("[lang]")?.lang.toLowerCase().split(/[-_]/)[0]] ?? words.en;
      this.fps = Number(dataset.fps) || 10;
      this.frames = Number(dataset.frames) || 1;
      this.#series = unpacked(parse(dataset.series, {}));
      this.#moments = parse(dataset.moments, []).sort((a, b) => a[0] - b[0]);
      this.#events = all(".wm-events [data-frame]");
      this.#values = all(".wm-key").map((key) => {
        key.querySelector("b")?.remove(); // of the same figure, connected before
        return [key.appendChild(document.createElement("b")), key.dataset];
      });
      this.#charts = all(".wm-chart > svg").map((svg) => {
        const { x0, x1 } = svg.parentElement.dataset;
        return { svg, cursors: svg.querySelectorAll(".wm-cursor"), x0: Number(x0), x1: Number(x1) };
      });
      const observer = new ResizeObserver(() => requestAnimationFrame(() => signal.aborted || this.#fit()));
      observer.observe(this);
      signal.addEventListener("abort", () => observer.disconnect());
      if (this.frames < 2) return; // nothing moves
      const video = this.querySelector(".wm-stage > video");
      const first = Number(dataset.poster) || 0; // the frame of the poster
      if (video) this.#buildPlayer(video, first, signal);
      for (const chart of this.#charts) this.#listenToChart(chart, signal);
      this.addEventListener("keydown", (event) => this.#key(event), { signal });
      this.addEventListener("click", (event) => this.#followLink(event), { signal });
      addEventListener("hashchange", () => this.#followHash(), { signal });
      this.toggleAttribute("data-ready", true);
      this.#show(first, false);
      this.#followHash();
    }

    #buildPlayer(video, first, signal) {
      const facts = { fps: this.fps, first, last: this.frames - 1, moments: this.#moments,
        tiles: parse(this.dataset.tiles, {}) };
      this.#stage = new Stage(video, facts, this.#words, {
        act: (name) => this.#acts[name]?.(),
        slide: (k) => { this.pause(); this.seek(k); },
        speed: (rate) => { this.#film.speed = rate; },
      }, signal);
      this.#film = new Film(video, facts, {
        frame: (k, settled) => this.#show(k, settled),
        state: () => this.#stage.showState(this.paused),
        rested: () => this.#stage.say(),
        loading: () => this.#stage.loading(),
        failed: () => this.#stage.fail(),
      });
    }

    /** One frame for all parts. */
    #show(k, settled) {
      const share = k / (this.frames - 1);
      this.#frame = k;
      for (const { cursors, x0, x1 } of this.#charts) {
        for (const cursor of cursors) cursor.setAttribute("transform", `translate(${x0 + (x1 - x0) * share} 0)`);
      }
      for (const [value, { series, unit, digits }] of this.#values) {
        const number = this.#series[series]?.[k]?.toFixed(digits).replace(".", this.#words.decimal).replace("-", "−");
        value.textContent = number ? `${number} ${unit}` : "–";
      }
      const current = this.#events.filter((item) => Number(item.dataset.frame) <= k).pop();
      for (const item of this.#events) {
        if (item === current) item.setAttribute("aria-current", "true");
        else item.removeAttribute("aria-current");
      }
      this.#stage?.show(k);
      this.dispatchEvent(new CustomEvent("wm-frame", { bubbles: true, detail: { frame: k, settled } }));
    }

    #fit() {
      for (const box of this.querySelectorAll(".wm-top, .wm-chart, .wm-table")) { // what scrolls takes focus
        if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
        else box.removeAttribute("tabindex");
      }
      this.#stage?.fit(this.clientWidth);
    }

    #acts = {
      play: () => (this.paused ? this.play() : this.pause()),
      back: () => this.#step(-1), forward: () => this.#step(1),
      backSecond: () => this.#step(-Math.round(this.fps)), forwardSecond: () => this.#step(Math.round(this.fps)),
      start: () => this.#go(0), end: () => this.#go(this.frames - 1),
      previous: () => { // in play a moment just passed is the present one
        const before = this.frame - (this.paused ? 0 : this.fps);
        this.#go(this.#moments.filter(([k]) => k < before).pop()?.[0] ?? 0);
      },
      next: () => this.#go(this.#moments.find(([k]) => k > this.frame)?.[0] ?? this.frames - 1),
      loop: () => this.#repeat(this.#film.section ? null : this.frame),
      faster: () => this.#stage.changeSpeed(1), slower: () => this.#stage.changeSpeed(-1),
      help: () => this.#stage.toggleHelp(),
      all: () => { this.camera = "all"; },
    };

    #go(k) {
      this.seek(k);
      this.#stage?.say();
    }

    #step(count) {
      this.pause();
      this.#go(this.frame + count);
    }

    /** Repeat the section between two moments around this frame; null: none. */
    #repeat(k) {
      const last = this.frames - 1, edges = [0, ...this.#moments.map(([at]) => at), last];
      const to = edges.find((edge) => edge > k) ?? last;
      this.#film.section = k === null ? null : [edges.filter((edge) => edge < to).pop() ?? 0, to];
      this.#stage.showSection(this.#film.section);
    }

    #key(event) {
      const video = this.querySelector(".wm-stage > video");
      if (!this.#film || video.controls || event.defaultPrevented) return;
      const typed = event.getModifierState("AltGraph"); // how many keyboards write [ and ]
      if (!typed && (event.ctrlKey || event.metaKey || event.altKey)) return;
      const inner = event.composedPath()[0].localName, inPlayer = event.target === video.parentElement;
      const { key } = event, letter = key.length === 1;
      if (inPlayer && (letter || inner === "select")) event.stopPropagation(); // the theme's letters: next page, search
      if (inner === "select" || (key === " " && inner === "button")) return; // theirs
      const name = letter ? key.toLowerCase() : `${event.shiftKey ? "Shift" : ""}${key}`;
      const anywhere = (letter && key !== " ") || key === "Escape";
      let act = inPlayer || anywhere ? this.#acts[KEYS[name]] : null;
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
      });
      on("pointermove", (event) => { if (svg.hasPointerCapture(event.pointerId)) seek(event); });
    }

    /** The event of this figure that an address part "#id" means; of two copies of a figure the first has it. */
    #moment(hash) {
      let id = hash.slice(1);
      try { id = decodeURIComponent(id); } catch { /* not one of ours */ }
      const item = id && document.getElementById(id);
      return item && item.dataset.frame && this.contains(item) ? item : null;
    }

    #followLink(event) {
      const link = event.target.closest("a[href*='#']"), item = link && this.#moment(link.hash);
      if (!item || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      event.stopPropagation();
      history.replaceState(history.state, "", link.hash);
      this.#go(Number(item.dataset.frame));
      const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
      this.querySelector(".wm-film")?.scrollIntoView({ block: "nearest", behavior });
    }

    #followHash() {
      const item = this.#moment(location.hash);
      if (!item) return;
      for (let closed; (closed = this.closest("details:not([open])"));) closed.open = true;
      for (let tab = this; (tab = tab.closest(".tabbed-block")); tab = tab.parentElement) { // inputs come first
        tab.closest(".tabbed-set").children[[...tab.parentElement.children].indexOf(tab)].click();
      }
      item.scrollIntoView();
      this.#go(Number(item.dataset.frame));
    }
  }

  customElements.define("wm-figure", WorldModelFigure);
})();
