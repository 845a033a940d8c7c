/* The player's words in French. */
(globalThis.wmFigure ??= { words: {} }).words.fr = {
  controls: "Commandes du film", position: "Position dans le film", speed: "Vitesse", camera: "Caméra", all: "Toutes",
  play: "Lecture", pause: "Pause", back: "Image précédente", forward: "Image suivante",
  previous: "Moment précédent", next: "Moment suivant", loop: "Répéter la section entre deux moments",
  help: "Raccourcis clavier", loading: "Chargement du film…",
  failed: "Le film n’a pas pu être chargé. Le lecteur du navigateur s’affiche à la place.",
  decimal: ",", label: "{time} s · image {k} / {last}", spoken: "{time} secondes, image {k} sur {last}",
  keys: [["Espace, K", "lecture, pause"], ["← →  , .", "une image"], ["Maj ← →", "une seconde"],
    ["Début, Fin", "début, fin"], ["[ ]", "moment précédent, suivant"], ["0 – 9", "dixièmes du film"],
    ["L", "répéter la section"], ["+ −", "vitesse"], ["?", "raccourcis clavier"], ["Échap", "toutes les caméras"]],
};
