export const held = {
  "held.title": { one: "{n} Nachricht geht gleich hinaus", other: "{n} Nachrichten gehen gleich hinaus" },
  "held.to": "{adapter} → {to}",
  "held.left": "geht hinaus in {duration}",
  "held.undo": "Zurücknehmen",
  "held.undone": "Sie wurde zurückgenommen und geht nicht hinaus",
};
