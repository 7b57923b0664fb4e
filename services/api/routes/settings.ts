/** Runtime settings: read them, and announce a version of them for an instant to come. */
import Type from 'typebox';
import type { Clock } from '../../../shared/base/clock.js';
import {
  announceSettings,
  mostAhead,
  settingsDocument,
  timelineOf,
} from '../../../shared/settings/announcement.js';
import type { ProcessStore } from '../../../shared/store/processes.js';
import type { DocumentStore } from '../../../shared/store/store.js';
import { describeSettings, describeVersion } from '../cluster/settings-view.js';
import { invalidRequest, Problem } from '../plugins/problems.js';
import type { App } from '../plugins/validation.js';
import { formatInstant, parseInstant } from '../schemas/instant.js';
import { problemAnswers } from '../schemas/problem.js';
import { settingsRequest } from '../schemas/settings.js';
import { settingsExamples } from './examples.js';

const tags = ['Cluster'];

export interface SettingsRoutes {
  processes: Pick<ProcessStore, 'list'>;
  documents: DocumentStore;
  clock: Pick<Clock, 'now'>;
  leadMs: number;
  /** Throws the problem while nothing may be accepted. */
  accept: () => void;
}

export function addSettingsRoutes(app: App, options: SettingsRoutes): void {
  addReading(app, options);
  addAnnouncement(app, options);
}

function addReading(app: App, { processes, documents, clock, leadMs }: SettingsRoutes): void {
  app.get(
    '/v1/settings',
    {
      schema: {
        tags,
        operationId: 'getSettings',
        summary: 'Read the settings: current, to come, past, and who knows which',
        response: {
          200: Type.Ref('Settings#', { description: 'The versions; the same in every namespace.' }),
        },
      },
    },
    async () => {
      const [rows, document] = await Promise.all([processes.list(), documents.read(settingsDocument)]);
      return describeSettings({ timeline: timelineOf(document), rows, now: clock.now(), leadMs });
    },
  );
}

function addAnnouncement(app: App, { documents, clock, leadMs, accept }: SettingsRoutes): void {
  app.put(
    '/v1/settings',
    {
      schema: {
        tags,
        operationId: 'putSettings',
        summary: 'Announce settings for an instant to come',
        description:
          'Adds a version that holds from `effectiveFrom` on, at that instant for every process alike: whoever could not hear of it by then takes no new work. It replaces all that was set before.',
        body: { ...settingsRequest, 'x-examples': settingsExamples },
        response: {
          200: Type.Ref('SettingsVersion#', { description: 'The version.' }),
          ...problemAnswers('settings-too-soon', 'too-many-settings'),
        },
      },
    },
    async ({ body: { effectiveFrom, settings } }) => {
      accept();
      const wish = { effectiveFrom: instantOf(effectiveFrom), settings, leadMs };
      const announced = await announceSettings({ documents, now: () => clock.now() }, wish);
      switch (announced.outcome) {
        case 'announced':
          return describeVersion(announced.version);
        case 'too-soon':
          throw tooSoon(announced.earliest);
        case 'too-many':
          throw new Problem('too-many-settings', `${mostAhead} versions lie ahead; wait until some hold`);
      }
    },
  );
}

function instantOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const parsed = parseInstant(text);
  if ('at' in parsed) return parsed.at;
  throw invalidRequest([{ pointer: '/effectiveFrom', detail: parsed.reason, in: 'body' }]);
}

function tooSoon(earliest: number): Problem {
  const detail = `must be ${formatInstant(earliest)} or later, as of now: every process has to know it by then`;
  return new Problem('settings-too-soon', `body /effectiveFrom ${detail}`, {
    errors: [{ pointer: '/effectiveFrom', detail, in: 'body' }],
  });
}
