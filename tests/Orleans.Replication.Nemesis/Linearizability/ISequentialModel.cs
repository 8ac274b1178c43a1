namespace Orleans.Replication.Nemesis.Linearizability;

/// <summary>What an object does when its operations run one after the other. States and outputs are compared by value.</summary>
internal interface ISequentialModel<TState, in TInput, TOutput>
    where TState : notnull
{
    TState Initial { get; }

    /// <summary>Runs one operation.</summary>
    (TState Next, TOutput Output) Run(TState state, TInput input);
}
