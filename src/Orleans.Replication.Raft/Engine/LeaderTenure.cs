using System.Diagnostics.CodeAnalysis;

namespace Orleans.Replication.Raft.Engine;

/// <summary>
/// The time of the leader that this member knows: ends what is asked of it as soon as there is another one, or none. A leader that hangs answers nothing, and
/// whoever waited for its time-out would hold up what is for the next.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A source without a timer or a link holds nothing to dispose of, and the end of a tenure may come late.")]
internal sealed class LeaderTenure
{
    private CancellationTokenSource _present = new();

    /// <summary>Fires when the tenure ends. To be taken before the leader is looked at, so that no change goes unnoticed in between.</summary>
    public CancellationToken Token => Volatile.Read(ref _present).Token;

    /// <summary>There is another leader, or none. What it ends goes on elsewhere, not on the thread that brings the news.</summary>
    public void End() => _ = Interlocked.Exchange(ref _present, new()).CancelAsync();
}
