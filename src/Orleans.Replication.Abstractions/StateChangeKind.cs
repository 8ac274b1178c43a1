namespace Orleans.Replication;

/// <summary>What an event of a watch tells.</summary>
[GenerateSerializer]
[Alias("Orleans.Replication.StateChangeKind")]
public enum StateChangeKind
{
    /// <summary>The state was written, by an operation or as a whole.</summary>
    Written = 0,

    /// <summary>The state was deleted.</summary>
    Cleared = 1,

    /// <summary>
    /// Changes between the version asked for and this one are no longer kept: the event has the state as it is now. Every later change follows.
    /// </summary>
    Compacted = 2,
}
