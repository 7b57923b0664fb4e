/** The shortest talk with a server that shows whether it serves. */
import { once } from 'node:events';
import net from 'node:net';

const patienceMs = 2000;

/** The first bytes a server on 127.0.0.1 answers to `question`; rejects when it refuses, ends or stays silent. */
export async function firstAnswer(port: number, question: string): Promise<Buffer> {
  const socket = net.connect({ port, host: '127.0.0.1', timeout: patienceMs });
  const failed = new Promise<never>((_, reject) => {
    socket.on('error', reject);
    socket.on('timeout', () => reject(new Error('no answer')));
    socket.on('close', () => reject(new Error('closed without an answer')));
  });
  try {
    socket.write(question);
    const [answer] = (await Promise.race([once(socket, 'data'), failed])) as [Buffer];
    return answer;
  } finally {
    socket.destroy();
  }
}
