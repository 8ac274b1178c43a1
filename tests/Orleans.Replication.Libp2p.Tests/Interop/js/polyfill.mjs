// js-libp2p 3 counts on Node 22. The one thing it uses that Node 20 lacks is this.
// Has to be imported before anything of libp2p is.
Promise.withResolvers ??= function withResolvers () {
  let resolve, reject
  const promise = new this((onFulfilled, onRejected) => {
    resolve = onFulfilled
    reject = onRejected
  })
  return { promise, resolve, reject }
}
