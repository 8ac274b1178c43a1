// A js-libp2p node for tests: TCP, Noise or TLS, Yamux, identify and ping, on a loopback port of its own.
// Its limits are meant for the open network (5 new connections a second from one address, 32 streams of a protocol); here one
// peer does all there is to do, so they are raised.
import { noise } from '@libp2p/noise'
import { identify, identifyPush } from '@libp2p/identify'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { tls } from '@libp2p/tls'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'

export const manyStreams = { maxInboundStreams: 1_000, maxOutboundStreams: 1_000 }

const encrypters = { noise, tls }

// An encrypter that leaves the muxer to multistream-select. The TLS server looks for common muxers even when told to skip that, so it is shown none.
const noMuxers = { getStreamMuxers: () => new Map() }
const withoutEarlyMuxer = (create) => (components) => {
  const inner = create(new Proxy(components, { get: (target, key) => key === 'upgrader' ? noMuxers : target[key] }))
  return {
    protocol: inner.protocol,
    secureInbound: (connection, options) => inner.secureInbound(connection, { ...options, skipStreamMuxerNegotiation: true }),
    secureOutbound: (connection, options) => inner.secureOutbound(connection, { ...options, skipStreamMuxerNegotiation: true })
  }
}

export async function startNode ({ security = 'noise', early = true } = {}) {
  const encrypter = encrypters[security]()
  return await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [early ? encrypter : withoutEarlyMuxer(encrypter)],
    streamMuxers: [yamux({ maxEarlyStreams: 1_000 })],
    connectionManager: { inboundConnectionThreshold: 1_000, maxIncomingPendingConnections: 1_000, maxConnections: 1_000 },
    connectionMonitor: { enabled: false },
    services: {
      identify: identify({ runOnConnectionOpen: false, ...manyStreams }),
      identifyPush: identifyPush(manyStreams),
      ping: ping(manyStreams)
    }
  })
}
