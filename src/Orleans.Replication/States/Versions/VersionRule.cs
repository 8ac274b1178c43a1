using Orleans.Replication.Raft;

namespace Orleans.Replication.States.Versions;

/// <summary>
/// When the version of the operations is raised. First the leader asks, and proposes what every member has; then every replica decides by the command and its place in the log alone, so that
/// all of them raise it at the same command, also when they run it again.
/// </summary>
internal static class VersionRule
{
    /// <summary>What to propose.</summary>
    /// <param name="inForce">The version in force.</param>
    /// <param name="declared">What each member says of its code; null for one that says nothing, without which nothing is raised.</param>
    /// <returns>The lowest of all members; null when there is nothing to raise.</returns>
    public static int? Propose(int inForce, IEnumerable<int?> declared) =>
        declared.Min(version => version ?? 0) is var lowest && lowest > inForce ? lowest : null;

    /// <summary>
    /// The version from a command on. It stays when the members are others than those who were asked: one that was added meanwhile has not said anything.
    /// </summary>
    /// <param name="inForce">The version before.</param>
    /// <param name="raise">The command.</param>
    /// <param name="configurationIndex">The members at the command's place in the log.</param>
    public static int Apply(int inForce, in VersionRaise raise, long configurationIndex) =>
        raise.ConfigurationIndex == configurationIndex ? Math.Max(inForce, raise.Version) : inForce;
}
