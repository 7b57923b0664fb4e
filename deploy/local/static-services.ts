/**
 * `npm run static_services`: the three brokers alone, on the ports that .env.sample names, until Ctrl-C; the services
 * are then started by hand, one by one, for debugging.
 */
import { addressVariables, brokerRoles } from './brokers.js';
import { isPortFree } from './free-port.js';
import { runStack } from './stack-command.js';

const ports = { mongodb: 27_017, rabbitmq: 5672, zookeeper: 2181 };

const taken = [];
for (const role of brokerRoles) if (!(await isPortFree(ports[role]))) taken.push(`${role} (${ports[role]})`);

if (taken.length > 0) {
  console.error(`ports in use: ${taken.join(', ')}; is a broker running there already?`);
  process.exitCode = 1;
} else {
  process.exitCode = await runStack(
    { dataFolder: './data/static_services', apis: 0, schedulers: 0, workers: 0, brokerPorts: ports },
    ({ addresses }) =>
      brokerRoles.map((role) => `${addressVariables[role]}=${addresses[role]}`).join('\n') +
      '\nCtrl-C ends them; their data stay.',
  );
}
