namespace Orleans.Replication.Raft.Apply;

/// <summary>Passes on what is applied, to whom is known only after the applier was made.</summary>
internal sealed class AppliedCommandsRelay : IAppliedCommands
{
    public IAppliedCommands? Target { get; set; }

    public void OnSessionOpened(ulong nonce, ulong session) => Target?.OnSessionOpened(nonce, session);

    public void OnApplied(ulong session, ulong sequence, in CommandResult result) => Target?.OnApplied(session, sequence, result);

    public void OnSessionUnknown(ulong session, ulong sequence) => Target?.OnSessionUnknown(session, sequence);
}
