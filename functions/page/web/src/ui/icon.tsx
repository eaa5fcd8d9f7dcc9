/** Icons as paths on a grid of 20, drawn with the colour of the text around them. */
const PATHS = {
  overview: "M3 3h6v7H3zM11 3h6v4h-6zM11 9h6v8h-6zM3 12h6v5H3z",
  resources:
    "M3 5c0-1.1 3.1-2 7-2s7 .9 7 2-3.1 2-7 2-7-.9-7-2zM3 5v10c0 1.1 3.1 2 7 2s7-.9 7-2V5M3 10c0 1.1 3.1 2 7 2s7-.9 7-2",
  findings: "M10 3l7.5 13.5h-15zM10 8v4M10 14.2v.1",
  costs:
    "M10 2v16M14 5.5C13 4.5 11.7 4 10 4 7.5 4 6 5.2 6 6.900c0 4 8.3 2.2 8.3 6.2 0 1.8-1.7 2.9-4.3 2.9-1.9 0-3.4-.6-4.4-1.7",
  metrics: "M2.5 11h3l2.5-7 4 12 2.5-7 1 2h2",
  search: "M9 3a6 6 0 1 0 0 12A6 6 0 0 0 9 3zM13.3 13.3 17.5 17.5",
  down: "M5 8l5 5 5-5",
  right: "M8 5l5 5-5 5",
  close: "M5 5l10 10M15 5L5 15",
  refresh: "M16 6.500A7 7 0 1 0 17 10M16.5 3v4h-4",
  system: "M3 4h14v9H3zM7 17h6M10 13v4",
  light:
    "M10 6.500a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM10 1.500v2M10 16.500v2M1.5 10h2M16.5 10h2M4 4l1.4 1.400M14.6 14.6 16 16M16 4l-1.4 1.400M5.4 14.6 4 16",
  dark: "M16.5 12.200A7 7 0 0 1 7.8 3.500a7 7 0 1 0 8.7 8.700z",
  leave: "M8 3H4v14h4M12.5 6.5 16 10l-3.5 3.500M16 10H8",
  copy: "M7 7h10v10H7zM13 7V3H3v10h4",
  link: "M8.5 11.500a3 3 0 0 0 4.3 0l3.3-3.300a3 3 0 0 0-4.3-4.300l-1.2 1.200M11.5 8.500a3 3 0 0 0-4.3 0l-3.3 3.300a3 3 0 0 0 4.3 4.300l1.2-1.2",
  terminal: "M3 4h14v12H3zM6 8l2.5 2.200L6 12.500M10.5 12.500H14",
  download: "M10 3v9M6 8.500l4 4 4-4M3.5 16.500h13",
  check: "M4 10.500l4 4 8-9",
  help: "M7.5 7.500C7.5 6 8.6 5 10 5s2.5 1 2.5 2.400c0 1.8-2.5 2-2.5 4M10 14.600v.1M10 1.800a8.2 8.2 0 1 0 0 16.4 8.2 8.2 0 0 0 0-16.400z",
  lock: "M5 9h10v8H5zM7 9V6.5a3 3 0 0 1 6 0V9",
  plus: "M10 4v12M4 10h12",
  up: "M5 12l5-5 5 5",
  gap: "M10 2.500a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15zM10 6.500v4.500M10 13.400v.1",
  critical: "M6.5 2.500h7l4 4v7l-4 4h-7l-4-4v-7zM7.5 7.500l5 5M12.5 7.500l-5 5",
  high: "M10 3l7.5 13.500h-15zM10 8v4M10 14.200v.1",
  medium: "M10 2.5 17.5 10 10 17.5 2.5 10zM6.5 10h7",
  low: "M10 3.500a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM10 7v6M7.5 10.5 10 13l2.5-2.5",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

export function Mark({ size = 24 }: { size?: number }) {
  return (
    <svg class="mark" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <circle cx="16" cy="16" r="12.5" class="mark-ring" />
      <circle cx="16" cy="16" r="5" class="mark-core" />
    </svg>
  );
}
