namespace Orleans.Replication.Nemesis.Silo.Membership;

/// <summary>What a silo knows of the members of the cluster.</summary>
/// <param name="Silo">The silo.</param>
/// <param name="Active">The endpoints of the silos that are active to it, itself among them.</param>
internal sealed record MemberReport(string Silo, IReadOnlyList<string> Active);
