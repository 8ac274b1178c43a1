namespace Orleans.Replication.Libp2p.Diagnostics;

/// <summary>The bytes that all sockets of a host have moved, as they were on the wire.</summary>
internal sealed class TransferCount
{
    private long _received;
    private long _sent;

    internal long Received => Interlocked.Read(ref _received);

    internal long Sent => Interlocked.Read(ref _sent);

    internal void AddReceived(int bytes) => Interlocked.Add(ref _received, bytes);

    internal void AddSent(int bytes) => Interlocked.Add(ref _sent, bytes);
}
