using Orleans.Replication.Raft.State;

namespace Orleans.Replication.Raft.Tests.Divergence;

/// <summary>A state in a folder of its own, which goes with it.</summary>
internal sealed class TemporaryState : IDisposable
{
    private readonly string _folder;

    public TemporaryState()
    {
        Folder = Directory.CreateTempSubdirectory("raft-state-").FullName;
        _folder = Path.Combine(Folder, "state");
        State = StateStore.Open(_folder);
    }

    /// <summary>Where the state lies, and room for copies of it.</summary>
    public string Folder { get; }

    public StateStore State { get; private set; }

    public void Reopen()
    {
        State.Dispose();
        State = StateStore.Open(_folder);
    }

    /// <summary>Leaves it as software without hashes would have.</summary>
    public void ForgetDigests()
    {
        State.Dispose();
        Database.Forget(Path.Combine(_folder, "1"), StateKeys.IsFormerGroup);
        State = StateStore.Open(_folder);
    }

    public void Dispose()
    {
        State.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
