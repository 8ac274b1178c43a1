// A js-libp2p node for tests: TCP, Noise, Yamux, identify and ping, on a loopback port of its own.
// Its limits are meant for the open network (5 new connections a second from one address, 32 streams of a protocol); here one
// peer does all there is to do, so they are raised.
import { noise } from '@libp2p/noise'
import { identify, identifyPush } from '@libp2p/identify'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'

export const manyStreams = { maxInboundStreams: 1_000, maxOutboundStreams: 1_000 }

export async function startNode () {
  return await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
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
