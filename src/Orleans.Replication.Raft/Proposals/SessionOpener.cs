using System.Security.Cryptography;

namespace Orleans.Replication.Raft.Proposals;

/// <summary>Opens this member's session with the group when the first command needs it, and again when the group has forgotten it.</summary>
internal sealed class SessionOpener(Proposer proposer) : IDisposable
{
    private readonly SemaphoreSlim _opening = new(1, 1);
    private PendingCommand? _order;
    private ulong _session;

    /// <summary>The session in use; 0 when there is none.</summary>
    public ulong Session => Volatile.Read(ref _session);

    /// <exception cref="GroupUnavailableException">The session could not be opened before the deadline. An unused session does no harm.</exception>
    public ValueTask<ulong> GetAsync(long deadline, CancellationToken cancellationToken) =>
        Session is var session and not 0 ? new(session) : OpenAsync(deadline, cancellationToken);

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

    public void Dispose() => _opening.Dispose();

    private async ValueTask<ulong> OpenAsync(long deadline, CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (Session is var opened and not 0)
                return opened;
            var order = proposer.BeginOpen(NewNonce(), deadline, Publish);
            await order.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            return Session;
        }
        catch (OutcomeUnknownException e)
        {
            throw new GroupUnavailableException(e.Message + " It was only to open a session: nothing was written.", e);
        }
        finally
        {
            _opening.Release();
        }
    }

    private void Publish(PendingCommand order) => Volatile.Write(ref _order, order);

    /// <summary>Sequence numbers stay below 2^62; a nonce has the highest bit set, so that the two are never mistaken for one another.</summary>
    private static ulong NewNonce() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))) | (1UL << 63);
}
