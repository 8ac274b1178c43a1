using Microsoft.Extensions.Logging;

namespace Orleans.Replication.Libp2p.Diagnostics;

/// <summary>
/// Counts what is refused, and logs each kind of refusal at most once a minute with the number left unlogged: whoever floods a host must not flood
/// its log.
/// </summary>
internal sealed class Refusals(Libp2pMetrics metrics, TimeProvider time)
{
    private static readonly TimeSpan LogInterval = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<RefusalReason, (long LoggedAt, int Unlogged)> _last = [];

    internal void Add(ILogger logger, RefusalReason reason, string what)
    {
        metrics.Refused(reason);
        int unlogged;
        lock (_lock)
        {
            if (_last.TryGetValue(reason, out var last) && time.GetElapsedTime(last.LoggedAt) < LogInterval)
            {
                _last[reason] = (last.LoggedAt, last.Unlogged + 1);
                return;
            }

            unlogged = last.Unlogged;
            _last[reason] = (time.GetTimestamp(), 0);
        }

        Log.Refused(logger, reason, what, unlogged);
    }
}
