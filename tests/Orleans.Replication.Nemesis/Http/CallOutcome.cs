namespace Orleans.Replication.Nemesis.Http;

/// <summary>What a client may conclude from how its call ended.</summary>
internal enum CallOutcome
{
    /// <summary>Answered: the write is durable, or the value was read.</summary>
    Acknowledged,

    /// <summary>503, 409, or a connection that was never made: nothing was written, ever.</summary>
    NotWritten,

    /// <summary>504, another server error, a time-out or a lost connection: anything may have happened, or may still happen.</summary>
    Unknown,
}
