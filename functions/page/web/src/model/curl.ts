/** The call as a shell command, with variables in place of the address and the secrets. */
export function curl(path: string): string {
  const quoted = path.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("`", "\\`").replaceAll("$", "\\$");
  return `curl -s -H "x-api-key: $KEY" -H "Authorization: Bearer $TOKEN" "$API${quoted}"`;
}
