namespace Orleans.Replication;

/// <summary>Names of groups.</summary>
public static class ReplicationGroups
{
    /// <summary>The group that every silo has, and that everything uses when no other is named.</summary>
    public const string Default = "default";
}
