/* The player's words in Chinese. */
(globalThis.wmFigure ??= { words: {} }).words.zh = {
  controls: "影片控制", position: "影片位置", speed: "播放速度", camera: "摄像头", all: "全部",
  play: "播放", pause: "暂停", back: "上一帧", forward: "下一帧", previous: "上一个时刻", next: "下一个时刻",
  loop: "循环播放两个时刻之间的片段", help: "键盘快捷键", loading: "正在加载影片…",
  failed: "无法加载影片，改为显示浏览器自带的播放器。",
  decimal: ".", label: "{time} s · 第 {k} 帧 / {last}", spoken: "{time} 秒，第 {k} 帧，共 {last} 帧",
  keys: [["空格, K", "播放、暂停"], ["← →  , .", "一帧"], ["Shift ← →", "一秒"], ["Home, End", "开头、结尾"],
    ["[ ]", "上一个、下一个时刻"], ["0 – 9", "影片的十分之几处"], ["L", "循环片段"], ["+ −", "速度"],
    ["?", "键盘快捷键"], ["Esc", "全部摄像头"]],
};
