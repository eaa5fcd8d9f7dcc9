/**
 * A call as a shell command that runs as it is once the two variables have the secrets; without them it says so, and
 * sends nothing. The address is in single quotes, within which a shell leaves everything alone.
 */
export function curl(url: string): string {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell fills them in
  const headers = '-H "x-api-key: ${KEY:?is your API key}" -H "Authorization: Bearer ${TOKEN:?is your token}"';
  return `curl -sS ${headers} '${url.replaceAll("'", "%27")}'`;
}
