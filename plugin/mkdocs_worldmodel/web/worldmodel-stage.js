/* The stage of a figure: the window on the film with its cameras, and the control bar, in the shadow root of
 * .wm-stage. It shows what it is told and says what the reader does. */
(() => {
  "use strict";
  // The scripts' one global; no heading's id (ids are globals as well) has a capital letter.
  const shared = (globalThis.wmFigure ??= { words: {} });
  if (shared.Stage) return;

  shared.words.en = {
    controls: "Film controls", position: "Position in the film", speed: "Speed", camera: "Camera", all: "All",
    play: "Play", pause: "Pause", back: "Previous frame", forward: "Next frame", previous: "Previous moment",
    next: "Next moment", loop: "Repeat the section between two moments", help: "Keyboard shortcuts",
    loading: "Loading the film …",
    failed: "The film could not be loaded. The player of the browser is shown instead.",
    decimal: ".", label: "{time} s · frame {k} / {last}", spoken: "{time} seconds, frame {k} of {last}",
    keys: [["Space, K", "play, pause"], ["← →  , .", "one frame"], ["Shift ← →", "one second"],
      ["Home, End", "start, end"], ["[ ]", "previous, next moment"], ["0 – 9", "tenths of the film"],
      ["L", "repeat the section"], ["+ −", "speed"], ["?", "keyboard shortcuts"], ["Esc", "all cameras"]],
  };
  const ICONS = {
    play: "M8 5.5v13L18.5 12z", pause: "M7 5.5h3.5v13H7zM13.5 5.5H17v13h-3.5z",
    back: "M15 6.5v11L7 12zM16.5 6.5h2v11h-2z", forward: "M9 6.5v11l8-5.5zM5.5 6.5h2v11h-2z",
    previous: "M18 6.5v11L9.5 12zM6 6.5h2v11H6z", next: "M6 6.5v11l8.5-5.5zM16 6.5h2v11h-2z",
    loop: "M4.5 11V9.5a3 3 0 0 1 3-3H18M15.5 3.5l3 3-3 3M19.5 13v1.5a3 3 0 0 1-3 3H6M8.5 20.5l-3-3 3-3",
  };
  const SPEEDS = { 0.25: "¼×", 0.5: "½×", 1: "1×", 2: "2×" };
  const NARROW = 560; // px; below it the stage shows one camera, since a mosaic is too small to read

  const STYLE = `
    :host { display: block; }
    [hidden] { display: none !important; }
    * { box-sizing: border-box; }
    button, select, input { font: inherit; color: inherit; margin: 0; scroll-margin-block: 5rem 1rem; }
    .picture { position: relative; overflow: hidden; background: #15171a; }
    ::slotted(video) { position: absolute; inset: 0 auto auto 0; transform-origin: 0 0; }
    .tile { position: absolute; cursor: zoom-in; }
    .tile:hover { box-shadow: inset 0 0 0 2px #fff; }
    .tile.single { inset: 0; cursor: zoom-out; box-shadow: none; }
    .tile span { position: absolute; left: 6px; top: 6px; padding: 0 6px; border-radius: 3px; color: #fff;
      background: rgb(0 0 0 / .62); font: 11px/18px system-ui, sans-serif; white-space: nowrap; }
    .begin { position: absolute; left: 50%; top: 50%; width: 60px; height: 60px; margin: -30px; padding: 0; border: 0;
      border-radius: 50%; color: #fff; background: rgb(0 0 0 / .62); box-shadow: 0 0 0 2px #fff; cursor: pointer; }
    .begin svg { width: 32px; height: 32px; margin: auto; }
    .bar { padding: 8px 16px 4px; font-size: 13px; line-height: 20px; }
    .time { position: relative; height: 32px; --at: 0; --from: 0; --to: 0; }
    .track, .past, .section { position: absolute; top: 18px; height: 4px; border-radius: 2px; }
    .track { left: 0; right: 0; background: var(--wm-track); }
    .past { left: 0; width: calc(8px + var(--at) * (100% - 16px)); background: var(--wm-accent); }
    .section { left: calc(8px + var(--from) * (100% - 16px)); width: calc((var(--to) - var(--from)) * (100% - 16px));
      top: 4px; height: 4px; background: var(--wm-accent); }
    .tick { position: absolute; left: calc(8px + var(--share) * (100% - 16px)); top: 2px; height: 8px;
      margin-left: -1px; border-left: 2px solid; opacity: .75; }
    input { appearance: none; position: absolute; left: 0; top: 8px; width: 100%; height: 24px; background: none;
      border-radius: 6px; cursor: pointer; touch-action: pan-y; }
    input::-webkit-slider-thumb { appearance: none; width: 16px; height: 16px; border: 0; border-radius: 8px;
      background: var(--wm-accent); }
    input::-moz-range-thumb { width: 16px; height: 16px; border: 0; border-radius: 8px; background: var(--wm-accent); }
    .row, .group { display: flex; flex-wrap: wrap; align-items: center; gap: 2px; }
    .row { gap: 2px 12px; margin-inline: -6px; }
    .label { font-weight: 600; font-variant-numeric: tabular-nums; white-space: nowrap; }
    .now { flex: 1 1 6rem; min-width: 0; color: var(--wm-muted); white-space: nowrap; overflow: hidden;
      text-overflow: ellipsis; }
    .narrow :is(.label, .now) { padding-left: 6px; }
    .icon, .chip, select { border: 1px solid transparent; border-radius: 6px; background: none; cursor: pointer; }
    .icon { display: grid; place-items: center; width: 32px; height: 32px; padding: 0; font-weight: 600; }
    .icon[data-act=play] { width: 36px; height: 36px; margin-inline: 2px; border-radius: 50%; }
    .icon[data-act=play] svg { fill: var(--wm-ground); }
    .icon:hover, .chip:hover, select:hover { background: var(--wm-soft); }
    .icon[data-act=play], .icon[data-act=play]:hover { background: var(--wm-accent); }
    button:is([aria-pressed=true], [aria-expanded=true]) { background: var(--wm-soft); border-color: currentColor; }
    svg { display: block; width: 22px; height: 22px; fill: currentColor; }
    svg.loop { width: 19px; height: 19px; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round;
      stroke-linejoin: round; }
    select { height: 32px; padding: 0 4px; }
    option { color: CanvasText; background: Canvas; }
    :focus-visible { outline: 2px solid currentColor; outline-offset: 1px; }
    .cameras { gap: 4px; margin: 6px 0 4px; }
    .chip { min-height: 26px; padding: 2px 9px; border-color: var(--wm-line); font-size: 12px; line-height: 20px; }
    .keys { columns: 14rem; margin: 8px 0; padding: 8px 0; border-top: 1px solid var(--wm-line); }
    .keys div { display: flex; gap: 12px; line-height: 24px; }
    dt { flex: 0 0 6.2rem; font-weight: 600; white-space: pre; }
    dd { margin: 0; color: var(--wm-muted); }
    .message { margin: 0 0 4px; }
    .live { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
    @media (prefers-reduced-motion: no-preference) { ::slotted(video) { transition: transform .2s, clip-path .2s; } }
    @media (forced-colors: active) {
      .tile span { forced-color-adjust: none; }
      .time { forced-color-adjust: none; color: CanvasText; --wm-accent: Highlight; --wm-track: CanvasText; }
      .icon, .chip, .begin { border: 1px solid ButtonBorder; }
      button:is([aria-pressed=true], [aria-expanded=true]) { forced-color-adjust: none; background: Highlight;
        color: HighlightText; }
      .icon[data-act=play] { background: ButtonFace; }
      .icon[data-act=play] svg { fill: ButtonText; }
    }`;

  const escape = (text) => text.replace(/[&<"]/g, (letter) => `&#${letter.charCodeAt()};`);
  const icon = (name) => `<svg class="${name}" viewBox="0 0 24 24" aria-hidden="true"><path d="${ICONS[name]}"/></svg>`;
  const button = (words, name, more = "", content = icon(name)) =>
    `<button type="button" class="icon" data-act="${name}" title="${words[name]}" aria-label="${words[name]}"${more}>`
    + `${content}</button>`;
  const template = (words, { last, moments, tiles }) => `
    <div class="picture"><slot></slot><div class="tiles" aria-hidden="true"></div>
      <button type="button" class="begin" data-act="play" tabindex="-1" aria-hidden="true">${icon("play")}</button>
    </div>
    <div class="bar" role="group" aria-label="${words.controls}">
      <div class="time"><div class="track"></div><div class="past"></div><div class="section" hidden></div>
        ${moments.map(() => `<div class="tick"></div>`).join("")}
        <input class="slider" type="range" min="0" max="${last}" step="1" aria-label="${words.position}"></div>
      <div class="row"><div class="group">${moments.length ? button(words, "previous") : ""}${button(words, "back")}
          ${button(words, "play")}${button(words, "forward")}${moments.length ? button(words, "next") : ""}</div>
        <span class="label"></span><span class="now"></span>
        <div class="group">${moments.length ? button(words, "loop", ' aria-pressed="false"') : ""}
          <select class="speed" aria-label="${words.speed}" title="${words.speed}">
            ${Object.entries(SPEEDS).map(([speed, text]) => `<option value="${speed}">${text}</option>`).join("")}
          </select>
          ${button(words, "help", ' aria-expanded="false"', "?")}</div></div>
      <div class="group cameras" role="group" aria-label="${words.camera}">${
  Object.keys(tiles).length > 1
    ? [["all", [, , , , words.all]], ...Object.entries(tiles)].map(([key, tile]) =>
      `<button type="button" class="chip" value="${escape(key)}">${escape(tile[4])}</button>`).join("") : ""}</div>
      <dl class="keys" hidden>${words.keys.map(([k, act]) => `<div><dt>${k}</dt><dd>${act}</dd></div>`).join("")}</dl>
      <p class="message" role="alert" hidden></p><div class="live" role="status"></div></div>`;
  let sheet = null; // one style sheet for all stages

  shared.Stage = class Stage {
    #video; #facts; #words; #root; #parts = {}; #favourite;
    #camera = null; // the reader's choice; null: as the width asks
    #narrow = false;
    #busy = 0;

    /** `facts`: fps, last, moments, tiles. `hear` is told by calls of: act(name), slide(k), speed(rate). */
    constructor(video, facts, words, hear, signal) {
      [this.#video, this.#facts, this.#words] = [video, facts, words];
      const stage = video.parentElement, { moments, last, tiles } = facts, parts = this.#parts;
      const on = (part, name, act) => part.addEventListener(name, act, { signal });
      const root = this.#root = stage.shadowRoot ?? stage.attachShadow({ mode: "open" });
      if (!sheet) (sheet = new CSSStyleSheet()).replaceSync(STYLE);
      root.adoptedStyleSheets = [sheet];
      root.innerHTML = template(words, facts);
      for (const part of root.querySelectorAll("[class]")) parts[part.classList[part.classList.length - 1]] ??= part;
      for (const part of root.querySelectorAll(".icon")) parts[part.dataset.act] = part;
      root.querySelectorAll(".tick").forEach((tick, i) => tick.style.setProperty("--share", moments[i][0] / last));
      this.#favourite = "front_wide" in tiles ? "front_wide" : (Object.keys(tiles)[0] ?? "all");
      parts.speed.value = "1";
      on(root, "click", (event) => hear.act(event.target.closest("[data-act]")?.dataset.act));
      on(parts.cameras, "click", ({ target }) => { if (target.value) this.camera = target.value; });
      on(parts.tiles, "click", ({ target }) => this.#tap(target.closest(".tile").dataset.camera, hear));
      on(parts.slider, "input", () => hear.slide(parts.slider.valueAsNumber));
      on(parts.speed, "change", () => hear.speed(Number(parts.speed.value)));
      this.#frame();
    }

    close() {
      const { style } = this.#video;
      clearTimeout(this.#busy);
      style.transform = style.clipPath = style.aspectRatio = "";
      this.#root.replaceChildren(document.createElement("slot"));
    }

    get camera() { return this.#camera ?? (this.#narrow ? this.#favourite : "all"); }
    set camera(key) {
      this.#camera = key in this.#facts.tiles ? key : "all";
      this.#frame();
    }

    fit(width) {
      if (width === 0 || width < NARROW === this.#narrow) return; // 0: in a closed tab
      this.#narrow = !this.#narrow;
      this.#frame();
    }

    /** A tap on the one camera of a phone plays. */
    #tap(key, hear) {
      if (this.camera !== "all" && this.#narrow) return hear.act("play");
      this.camera = this.camera === "all" ? key : "all";
      this.#parts.play.focus({ preventScroll: true }); // so that Esc and Space are heard
    }

    /** Show one camera, or all, by moving the video in its window, in shares of its size: no layout is read. */
    #frame() {
      const { picture, tiles, bar, cameras, begin } = this.#parts;
      const { width: W, height: H, style } = this.#video;
      const camera = this.camera, single = camera !== "all";
      const [x, y, w, h] = single ? this.#facts.tiles[camera] : [0, 0, W, H];
      const shape = single && this.#narrow ? Math.min(2, w / h) : W / H; // taller on a phone
      const scale = Math.min(W / w, W / (shape * h));
      const right = (1 - (w / W) * scale) / 2 - (x / W) * scale;
      const down = (W / (shape * H) - (h / H) * scale) / 2 - (y / H) * scale;
      const percent = (...shares) => shares.map((share) => `${100 * share}%`);
      picture.style.aspectRatio = String(shape);
      style.aspectRatio = String(W / H); // also while a poster of another shape is shown
      style.transform = single ? `translate(${percent(right, down)}) scale(${scale})` : "none";
      const edge = single ? 0.5 : 0; // px of the film, lest the neighbour's colour be seen
      style.clipPath = `inset(${percent((y + edge) / H, 1 - (x + w - edge) / W, 1 - (y + h - edge) / H,
        (x + edge) / W).join(" ")})`;
      bar.classList.toggle("narrow", this.#narrow);
      for (const chip of cameras.children) chip.setAttribute("aria-pressed", String(chip.value === camera));
      tiles.replaceChildren();
      for (const [key, [tx, ty, tw, th, name]] of cameras.firstChild ? Object.entries(this.#facts.tiles) : []) {
        if (single && key !== camera) continue;
        const tile = tiles.appendChild(document.createElement("div"));
        tile.className = single ? "tile single" : "tile";
        tile.dataset.camera = key;
        tile.innerHTML = `<span>${escape(name)}</span>`;
        const [left, top, width, height] = percent(tx / W, ty / H, tw / W, th / H);
        if (!single) Object.assign(tile.style, { left, top, width, height });
        if (key === this.#favourite) begin.style.top = single ? "" : percent((ty + th / 2) / H);
      }
    }

    show(k) {
      const { slider, time, label, now } = this.#parts, { fps, last, moments } = this.#facts;
      const facts = { time: (k / fps).toFixed(fps > 10 ? 2 : 1).replace(".", this.#words.decimal), k, last };
      const fill = (text) => text.replace(/{(\w+)}/g, (_, name) => facts[name]);
      const moment = moments.filter(([at]) => at <= k).pop()?.[1] ?? "";
      clearTimeout(this.#busy);
      slider.value = k;
      slider.setAttribute("aria-valuetext", fill(this.#words.spoken) + (moment && `, ${moment}`));
      time.style.setProperty("--at", k / last);
      label.textContent = fill(this.#words.label);
      now.textContent = moment;
    }

    showState(paused) {
      const name = paused ? "play" : "pause", { play } = this.#parts;
      play.title = this.#words[name];
      play.setAttribute("aria-label", this.#words[name]);
      play.querySelector("path").setAttribute("d", ICONS[name]);
    }

    showSection(edges) {
      const { time, section, loop } = this.#parts;
      section.hidden = !edges;
      loop?.setAttribute("aria-pressed", String(Boolean(edges)));
      edges?.forEach((edge, i) => time.style.setProperty(i ? "--to" : "--from", edge / this.#facts.last));
    }

    toggleHelp() {
      const { keys, help } = this.#parts;
      keys.hidden = !keys.hidden;
      help.setAttribute("aria-expanded", String(!keys.hidden));
    }

    changeSpeed(side) {
      const { speed } = this.#parts;
      speed.selectedIndex = Math.min(Math.max(speed.selectedIndex + side, 0), speed.length - 1);
      speed.dispatchEvent(new Event("change"));
    }

    /** Say aloud where the film rests: after an act of the reader, never while it plays. */
    say() { this.#parts.live.textContent = this.#parts.slider.getAttribute("aria-valuetext"); }

    loading() {
      const { begin, now } = this.#parts;
      begin.hidden = true;
      this.#busy = setTimeout(() => { now.textContent = this.#words.loading; }, 200);
    }

    fail() {
      const { bar, tiles, message } = this.#parts;
      clearTimeout(this.#busy);
      this.camera = "all";
      tiles.replaceChildren();
      bar.replaceChildren(message);
      message.textContent = this.#words.failed;
      message.hidden = false;
    }
  };
})();
