/** `npm run env_sample`: writes .env.sample anew from the schemas. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './project-root.js';
import { environmentSample } from './service-schemas.js';

writeFileSync(join(projectRoot, '.env.sample'), environmentSample());
