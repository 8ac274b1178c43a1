namespace Orleans.Replication.Groups;

/// <summary>
/// A table that silos without a replica use as well. What they send is looked at before it is proposed: what is in the log every replica has to run, and each goes out of service over what it
/// cannot run. A table that does not implement this is closed to them.
/// </summary>
internal interface IForeignCommands
{
    /// <summary>
    /// True when every replica can run the command, whatever its state is, and everybody can read afterwards what it has written: it has the format of this software, and is about keys that
    /// the table's own provider makes.
    /// </summary>
    bool CanRun(ReadOnlySpan<byte> key, ReadOnlyMemory<byte> payload);
}
