using Orleans.Replication.Groups;
using Orleans.Replication.Raft;

namespace Orleans.Replication.Access;

/// <summary>The tables of a group that those may use who hold no replica, beside the states: those of the providers.</summary>
internal static class ForeignTables
{
    /// <summary>Finds a table.</summary>
    /// <exception cref="ReplicationConfigurationException">This silo has no such table.</exception>
    /// <exception cref="ArgumentException">It is closed to them.</exception>
    public static IForeignCommands Find(RaftGroup group, string table)
    {
        var found = group.Tables.FirstOrDefault(known => known.Name == table)
            ?? throw new ReplicationConfigurationException($"Group '{group.Name}' has no table '{table}' on silo {group.LocalId}. Add what uses it to the silos that hold replicas as well.");
        return found as IForeignCommands ?? throw new ArgumentException($"Table '{table}' is closed to those who hold no replica. Nothing was done.");
    }

    /// <summary>Refuses a command that a replica could not run.</summary>
    /// <exception cref="ReplicationConfigurationException">This silo has no such table.</exception>
    /// <exception cref="ArgumentException">It is malformed, of a later format, or for a table that is closed.</exception>
    public static void Check(RaftGroup group, in Command command)
    {
        if (!Find(group, command.Table).CanRun(command.Key.Span, command.Payload))
            throw new ArgumentException($"A command for table '{command.Table}' is malformed, or of a format that this silo does not know. Nothing was proposed. Update this silo, or the one that sent it.");
    }
}
