# One image for every service; the command names which. It holds what runs and nothing that builds.

FROM node:22-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY shared ./shared
COPY services ./services
COPY deploy/local ./deploy/local
RUN npm run build && npm prune --omit=dev --no-audit --no-fund

FROM node:22-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/build ./build
# A new volume takes the owner of the folder that it covers.
RUN mkdir --parents /data/raft && chown node:node /data/raft
USER node
CMD ["node", "--enable-source-maps", "build/services/api/main.js"]
