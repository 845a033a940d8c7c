/* The player's words in German. */
(globalThis.wmFigure ??= { words: {} }).words.de = {
  controls: "Filmsteuerung", position: "Stelle im Film", speed: "Geschwindigkeit", camera: "Kamera", all: "Alle",
  play: "Abspielen", pause: "Anhalten", back: "Ein Bild zurück", forward: "Ein Bild vor",
  previous: "Voriger Moment", next: "Nächster Moment", loop: "Abschnitt zwischen zwei Momenten wiederholen",
  help: "Tastenkürzel", loading: "Film wird geladen …",
  failed: "Der Film konnte nicht geladen werden. Stattdessen erscheint der Player des Browsers.",
  decimal: ",", label: "{time} s · Bild {k} / {last}", spoken: "{time} Sekunden, Bild {k} von {last}",
  keys: [["Leertaste, K", "abspielen, anhalten"], ["← →  , .", "ein Bild"], ["⇧ ← →", "eine Sekunde"],
    ["Pos1, Ende", "Anfang, Ende"], ["[ ]", "voriger, nächster Moment"], ["0 – 9", "Zehntel des Films"],
    ["L", "Abschnitt wiederholen"], ["+ −", "Geschwindigkeit"], ["?", "Tastenkürzel"], ["Esc", "alle Kameras"]],
};
