namespace Orleans.Replication.Raft;

/// <summary>
/// A part of a group's state with a command language of its own. Every replica of a group registers the same tables.
/// </summary>
public interface IReplicatedTable
{
    /// <summary>The table's name: 1 to 64 characters, unique in its group, part of the log and of the state on disk.</summary>
    string Name { get; }

    /// <summary>
    /// Runs one committed command. Called on every replica, in the order of the log, never concurrently, and again after a restart for commands
    /// whose effect had not reached the disk. It has to be deterministic.
    /// </summary>
    /// <param name="context">The command and its place in history. Its payload is only valid during the call.</param>
    /// <param name="state">The table's records. Changes are kept only when the outcome is <see cref="CommandStatus.Ok"/>.</param>
    /// <returns>
    /// The outcome. The version in it is ignored: the group fills it in. A refusal is an outcome, not an exception: an exception takes the
    /// replica out of service (SAFETY S15), because nothing says that the other replicas had the same one.
    /// </returns>
    CommandOutcome Apply(in CommandContext context, IStateTransaction state);

    /// <summary>The whole state is another one, at the start or by a snapshot: forget what was cached. Called between two commands.</summary>
    void Reset();

    /// <summary>
    /// These are the records now: called after each <see cref="Reset"/>, before the next command. For what the table wants to have at hand, or cannot work with: an exception takes the
    /// replica out of service, and fails its start.
    /// </summary>
    /// <param name="state">The table's records, during the call.</param>
    void Load(IStateReader state)
    {
    }

    /// <summary>
    /// The records can be read as they are after a command, and after all before it: at the start, after each log entry, and after <see cref="Reset"/>. Nothing, unless
    /// the table keeps something beside its records that others read. Must not throw.
    /// </summary>
    /// <param name="lastCommand">The <see cref="CommandContext.Index"/> of the last command, of whichever table; 0 before the first.</param>
    void Applied(long lastCommand)
    {
    }
}
