/** What `npm start` says when everything is up. */
export function greeting({ url, adminUrl, path }: { url: string; adminUrl: string; path: string }): string {
  return `
  Carillon is up: ${url}

    Try it      ${url}/docs
    Data        ${path}
    Metrics     ${adminUrl}/metrics

    Ring in two seconds, then see what happened:

    curl -s ${url}/v1/timers -H 'content-type: application/json' -d '{"id":"hello","delay":"2s","target":{"url":"${url}/health/live","method":"GET"}}'
    curl -s '${url}/v1/executions?timerId=hello'

`;
}
