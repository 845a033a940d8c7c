/* The player's words in Japanese. */
(globalThis.wmFigure ??= { words: {} }).words.ja = {
  controls: "動画の操作", position: "再生位置", speed: "再生速度", camera: "カメラ", all: "すべて",
  play: "再生", pause: "一時停止", back: "前のフレーム", forward: "次のフレーム", previous: "前の場面", next: "次の場面",
  loop: "2 つの場面の間を繰り返す", help: "キーボードショートカット", loading: "動画を読み込み中…",
  failed: "動画を読み込めませんでした。代わりにブラウザーのプレーヤーを表示します。",
  decimal: ".", label: "{time} s · フレーム {k} / {last}", spoken: "{time} 秒、フレーム {k}、全 {last}",
  keys: [["スペース, K", "再生、一時停止"], ["← →  , .", "1 フレーム"], ["Shift ← →", "1 秒"], ["Home, End", "先頭、末尾"],
    ["[ ]", "前の場面、次の場面"], ["0 – 9", "動画の 10 分の 1 ごと"], ["L", "区間を繰り返す"], ["+ −", "速度"],
    ["?", "ショートカット一覧"], ["Esc", "すべてのカメラ"]],
};
