using Orleans.Replication;

namespace KeyValue.Http;

/// <summary>The <c>consistency</c> of a read's query.</summary>
internal static class Consistency
{
    public const string Expected = "consistency is linearizable (the default), lease or stale.";

    public static bool TryParse(string? text, out ReadConsistency consistency)
    {
        (var known, consistency) = text switch
        {
            null or "linearizable" => (true, ReadConsistency.Linearizable),
            "lease" => (true, ReadConsistency.Lease),
            "stale" => (true, ReadConsistency.Stale),
            _ => (false, default),
        };
        return known;
    }
}
