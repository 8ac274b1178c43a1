namespace Orleans.Replication.Nemesis.Linearizability;

/// <summary>A register that holds a value or nothing. A read answers it, a creation whether it was done; the others have no answer worth checking.</summary>
internal sealed class RegisterModel : ISequentialModel<RegisterModel.State, RegisterCall, string?>
{
    public const string Done = "done";
    public const string Exists = "exists";

    public State Initial => default;

    public (State Next, string? Output) Run(State state, RegisterCall input) => input.Kind switch
    {
        RegisterCallKind.Read => (state, state.Value),
        RegisterCallKind.Create when state.Value is not null => (state, Exists),
        RegisterCallKind.Delete => (default, Done),
        _ => (new State(input.Value), Done),
    };

    internal readonly record struct State(string? Value);
}
