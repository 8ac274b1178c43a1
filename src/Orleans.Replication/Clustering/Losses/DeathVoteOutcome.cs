namespace Orleans.Replication.Clustering.Losses;

/// <summary>What came of a vote.</summary>
internal enum DeathVoteOutcome
{
    /// <summary>There is nothing to vote on: the silo is not active, or not there.</summary>
    NotNeeded,

    /// <summary>It is in the table, and others have to vote as well.</summary>
    Cast,

    /// <summary>With it there are enough. It is not in the table: a silo that has enough votes has to be dead.</summary>
    Decisive,
}
