/** ServiceLevelStore on MongoDB. A row's `_id` is what it is about, so that writing it twice is writing it once. */
import { hourMs, minuteMs, type ServiceLevelRow } from '../../timers/service-level.js';
import type { ServiceLevelStore } from '../service-levels.js';
import { insertNew } from './batches.js';
import { type Database, wholeBatch } from './database.js';
import type { ServiceLevelDocument } from './rows.js';

export function serviceLevelStore({ serviceLevels }: Database): ServiceLevelStore {
  return {
    async put(rows) {
      if (rows.length === 0) return;
      const documents = rows.map(toDocument);
      const operations = documents.map((replacement) => ({
        replaceOne: { filter: { _id: replacement._id }, replacement, upsert: true },
      }));
      await serviceLevels.bulkWrite(operations, { ordered: false });
    },
    async read({ namespace, from, to }) {
      const rows = await serviceLevels
        .find({ namespace, from: { $gte: from, $lt: to } }, wholeBatch)
        .toArray();
      return rows.map(fromDocument);
    },
    async oldest({ spanMs, before, limit }) {
      const sort = { from: 1, namespace: 1 } as const;
      const rows = await serviceLevels
        .find({ spanMs, from: { $lt: before } }, { sort, limit, ...wholeBatch })
        .toArray();
      return rows.map(fromDocument);
    },
    async rollUp(hour, counted) {
      await insertNew(serviceLevels, [toDocument(hour)]);
      await serviceLevels.deleteMany({ _id: { $in: counted.map(idOf) } });
    },
    async remove(before, limit) {
      const rows = await serviceLevels
        .find(
          { spanMs: { $in: [minuteMs, hourMs] }, from: { $lt: before } },
          { projection: { _id: 1 }, limit, ...wholeBatch },
        )
        .toArray();
      if (rows.length === 0) return 0;
      return (await serviceLevels.deleteMany({ _id: { $in: rows.map(({ _id }) => _id) } })).deletedCount;
    },
  };
}

function idOf({ namespace, spanMs, from, source }: ServiceLevelRow): string {
  return `${namespace}/${spanMs}/${from}/${source}`;
}

function toDocument(row: ServiceLevelRow): ServiceLevelDocument {
  return { _id: idOf(row), ...row };
}

function fromDocument({ _id, ...row }: ServiceLevelDocument): ServiceLevelRow {
  return row;
}
