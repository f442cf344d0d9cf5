export const notify = {
  "notify.title": "Mitteilungen in diesem Browser",
  "notify.isOn": "an",
  "notify.isOff": "aus",
  "notify.on": "Hier wird gesagt, wenn etwas auf dich wartet und diese Seite verdeckt ist.",
  "notify.off": "Damit nichts ungesehen auf dich wartet. Gesagt wird nur, welcher Art es ist, nie sein Inhalt.",
  "notify.denied": "Der Browser lehnt Mitteilungen für diese Seite ab; erlaube sie in seinen Einstellungen für diese Adresse.",
  "notify.none": "Dieser Browser hat hier keine Mitteilungen; die Tray-Anwendung hat sie.",
  "notify.turnOn": "Einschalten",
  "notify.turnOff": "Ausschalten",
};
