/**
 * Stands in for a service where only its process matters: answers on its admin port, ready at once or when told.
 * FAKE_SERVICE=dies makes it end with a complaint, FAKE_SERVICE=stubborn makes it ignore SIGTERM.
 */
import http from 'node:http';

const { CARILLON_ADMIN_PORT, CARILLON_NAME, FAKE_SERVICE } = process.env;

if (FAKE_SERVICE === 'dies') {
  console.error(`${CARILLON_NAME} cannot live like this`);
  process.exit(3);
}
if (FAKE_SERVICE === 'stubborn') process.on('SIGTERM', () => console.log('SIGTERM ignored'));

http
  .createServer((request, response) => {
    response.statusCode = request.url === '/health/ready' ? 200 : 404;
    response.end(JSON.stringify({ name: CARILLON_NAME, variables: process.env }));
  })
  .listen(Number(CARILLON_ADMIN_PORT), '127.0.0.1');
