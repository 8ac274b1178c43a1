namespace Orleans.Replication.Benchmarks.Clustering;

/// <summary>One life of a cluster of three, in seconds.</summary>
/// <param name="Kind">Where its membership table was.</param>
/// <param name="ColdStart">From the start of the three processes on nothing until each of them sees three active silos.</param>
/// <param name="RollingRestart">For three silos, one after the other: from asking it to stop until all three see it active again.</param>
/// <param name="LongestCall">The longest that a caller waited for a grain during the rolling restart, with all its attempts.</param>
/// <param name="DeclaredDead">From kill -9 of a silo until both others have it as dead.</param>
/// <param name="CallsAgain">From kill -9 of a silo until each grain that was on it has answered again.</param>
internal sealed record ClusteringRound(
    ClusteringKind Kind, double ColdStart, double RollingRestart, double LongestCall, double DeclaredDead, double CallsAgain);
