import { once } from 'node:events';
import net from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { Gate } from '../../../../shared/faults/gate.js';

/** An echo behind a gate. */
async function setup() {
  const heard: string[] = [];
  const sockets: net.Socket[] = [];
  const server = net.createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      heard.push(chunk.toString());
      socket.write(`echo ${chunk.toString()}`);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  const gate = await Gate.open({ host: '127.0.0.1', port });
  onTestFinished(() => {
    gate.close();
    sockets.forEach((socket) => socket.destroy());
    server.close();
  });
  const connect = async () => {
    const [host, gatePort] = gate.address.split(':');
    const client = net.connect(Number(gatePort), host);
    onTestFinished(() => void client.destroy());
    client.on('error', () => undefined);
    await once(client, 'connect');
    const ask = async (text: string): Promise<string> => {
      client.write(text);
      const [answer] = (await once(client, 'data')) as [Buffer];
      return answer.toString();
    };
    return { client, ask };
  };
  return { gate, connect, heard, sockets };
}

test('open, it forwards both ways', async () => {
  const { connect } = await setup();
  const { ask } = await connect();
  expect(await ask('one')).toBe('echo one');
});

test('shut, it keeps connections, takes new ones and forwards nothing; opened, it delivers what was held back', async () => {
  const { gate, connect, heard } = await setup();
  const old = await connect();
  expect(await old.ask('one')).toBe('echo one');
  gate.set(false);
  const answered = old.ask('two');
  const fresh = await connect();
  const answeredToo = fresh.ask('three');
  // A connection that passes by the gate is answered: what the gate held had every chance to come first.
  const { connect: pass } = await setup();
  expect(await (await pass()).ask('beside')).toBe('echo beside');
  expect(heard).toEqual(['one']);
  expect([old.client.destroyed, fresh.client.destroyed]).toEqual([false, false]);
  gate.set(true);
  expect(await answered).toBe('echo two');
  expect(await answeredToo).toBe('echo three');
});

test('what ends one side ends the other', async () => {
  const { connect, sockets } = await setup();
  const first = await connect();
  await first.ask('one');
  const closed = once(sockets[0]!, 'close');
  first.client.destroy();
  await closed;
  const second = await connect();
  await second.ask('two');
  const ended = once(second.client, 'close');
  sockets[1]!.destroy();
  await ended;
  expect(second.client.destroyed).toBe(true);
});

test('a broker that is away ends the connection', async () => {
  const { gate } = await setup();
  const nowhere = await Gate.open({ host: '127.0.0.1', port: 1 });
  onTestFinished(() => nowhere.close());
  const [host, port] = nowhere.address.split(':');
  const client = net.connect(Number(port), host);
  client.on('error', () => undefined);
  await once(client, 'close');
  expect(gate.address).not.toBe(nowhere.address);
});
