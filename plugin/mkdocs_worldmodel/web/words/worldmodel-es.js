/* The player's words in Spanish. */
(globalThis.wmFigure ??= { words: {} }).words.es = {
  controls: "Controles de la película", position: "Posición en la película", speed: "Velocidad", camera: "Cámara",
  all: "Todas", play: "Reproducir", pause: "Pausa", back: "Fotograma anterior", forward: "Fotograma siguiente",
  previous: "Momento anterior", next: "Momento siguiente", loop: "Repetir la sección entre dos momentos",
  help: "Atajos de teclado", loading: "Cargando la película…",
  failed: "No se pudo cargar la película. En su lugar se muestra el reproductor del navegador.",
  decimal: ",", label: "{time} s · fotograma {k} / {last}", spoken: "{time} segundos, fotograma {k} de {last}",
  keys: [["Espacio, K", "reproducir, pausa"], ["← →  , .", "un fotograma"], ["Mayús ← →", "un segundo"],
    ["Inicio, Fin", "principio, final"], ["[ ]", "momento anterior, siguiente"], ["0 – 9", "décimas de la película"],
    ["L", "repetir la sección"], ["+ −", "velocidad"], ["?", "atajos de teclado"], ["Esc", "todas las cámaras"]],
};
