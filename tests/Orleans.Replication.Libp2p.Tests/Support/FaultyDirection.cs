using System.Net.Sockets;

namespace Orleans.Replication.Libp2p.Tests.Support;

/// <summary>One direction of a <see cref="FaultProxy"/>. Faults can be set at any time, also in the middle of a connection.</summary>
internal sealed class FaultyDirection
{
    private readonly Lock _lock = new();
    private LinkFault _fault;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>
    /// What happens to what is sent from now on. <see cref="LinkFault.Duplicate"/>, <see cref="LinkFault.Reorder"/> and <see cref="LinkFault.Corrupt"/> happen once.
    /// </summary>
    internal LinkFault Fault
    {
        get
        {
            lock (_lock)
                return _fault;
        }

        set
        {
            TaskCompletionSource changed;
            lock (_lock)
            {
                _fault = value;
                changed = _changed;
                _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            changed.SetResult();
        }
    }

    /// <summary>How much later everything arrives.</summary>
    internal TimeSpan Delay { get; set; }

    /// <summary>The largest piece that is passed on at once.</summary>
    internal int PieceBytes { get; set; } = 64 * 1024;

    internal async Task PumpAsync(Socket from, Socket to, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        byte[]? held = null;
        while (await from.ReceiveAsync(buffer.AsMemory(0, Math.Min(PieceBytes, buffer.Length)), cancellationToken) is > 0 and var count)
        {
            var piece = buffer[..count];
            if (Delay > TimeSpan.Zero)
                await Task.Delay(Delay, cancellationToken);
            switch (await TakeFaultAsync(cancellationToken))
            {
                case LinkFault.Drop:
                    continue;
                case LinkFault.Duplicate:
                    piece = [.. piece, .. piece];
                    break;
                case LinkFault.Corrupt:
                    piece[count / 2] ^= 1;
                    break;
                case LinkFault.Reorder:
                    held = piece;
                    continue;
            }

            await SendAsync(to, held is null ? piece : [.. piece, .. held], cancellationToken);
            held = null;
        }

        if (Fault != LinkFault.Drop)
            to.Shutdown(SocketShutdown.Send);
    }

    /// <summary>The fault for the next piece, once it is not to be held.</summary>
    private async Task<LinkFault> TakeFaultAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_fault != LinkFault.Hold)
                {
                    var taken = _fault;
                    if (taken is not LinkFault.Drop)
                        _fault = LinkFault.None;
                    return taken;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    private static async Task SendAsync(Socket to, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[await to.SendAsync(bytes, cancellationToken)..];
    }
}
