using System.Security.Cryptography;

namespace Orleans.Replication.Raft.Proposals;

/// <summary>
/// Opens this member's session with the group when the first command needs it, and again when the group has forgotten it. One order is on its
/// way at a time; the commands wait parked, each until its own deadline.
/// </summary>
internal sealed class SessionOpener(Proposer proposer) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private PendingCommand? _order;
    private Task _opening = Task.CompletedTask;
    private ulong _session;

    /// <summary>The session in use; 0 when there is none.</summary>
    public ulong Session => Volatile.Read(ref _session);

    /// <summary>Sends an order, unless one is on its way. Its failure is repaired by the next call.</summary>
    public void Open()
    {
        lock (_gate)
        {
            if (Session == 0 && _opening.IsCompleted)
                _opening = OpenAsync();
        }
    }

    /// <summary>The group has a session for one of our orders. Called by the thread that applies.</summary>
    public void OnOpened(ulong nonce, ulong session)
    {
        if (Volatile.Read(ref _order) is not { } order || order.Sequence != nonce || !proposer.TryRemove(order))
            return;
        Volatile.Write(ref _session, session);
        order.TrySetResult(default);
    }

    /// <summary>The group does not know the session any longer.</summary>
    public void Forget(ulong session) => Interlocked.CompareExchange(ref _session, 0, session);

    /// <summary>Ends when the order on its way has ended: the proposer gives it up before.</summary>
    public async ValueTask DisposeAsync()
    {
        Task opening;
        lock (_gate)
            opening = _opening;
        await opening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task OpenAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var order = proposer.CreateOrder(NewNonce());
        Volatile.Write(ref _order, order);
        proposer.SendOrder(order);
        try
        {
            await order.Task.ConfigureAwait(false);
        }
        catch (RaftException)
        {
            // A session that nobody uses does no harm. Those who still need one ask again.
            return;
        }

        proposer.SendWaiting();
    }

    /// <summary>Sequence numbers stay below 2^62; a nonce has the highest bit set, so that the two are never mistaken for one another.</summary>
    private static ulong NewNonce() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))) | (1UL << 63);
}
