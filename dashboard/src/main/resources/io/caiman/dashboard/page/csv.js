// Figures as a file for a spreadsheet, at full precision; what is undefined is empty.

export function saveCsv(name, columns, rows) {
  const text = [columns, ...rows].map((row) => row.map(csvCell).join(",")).join("\r\n");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([`${text}\r\n`], { type: "text/csv" }));
  link.download = `${name}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** A name that a spreadsheet would take for a formula gets an apostrophe. */
function csvCell(value) {
  if (value === undefined || value === null) return "";
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export const utc = (ms) => (ms === undefined ? undefined : new Date(ms).toISOString());
