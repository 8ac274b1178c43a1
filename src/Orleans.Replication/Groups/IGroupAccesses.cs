namespace Orleans.Replication.Groups;

/// <summary>Finds groups for the providers of this silo.</summary>
internal interface IGroupAccesses
{
    /// <summary>Finds a group by its name. Not before the silo starts.</summary>
    /// <exception cref="ReplicationUnavailableException">This silo's replicas have not started yet.</exception>
    /// <exception cref="ReplicationConfigurationException">This silo holds replicas, but none of this group.</exception>
    IGroupAccess Get(string group);
}
