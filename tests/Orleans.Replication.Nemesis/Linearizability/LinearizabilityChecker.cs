using System.Collections;

namespace Orleans.Replication.Nemesis.Linearizability;

/// <summary>
/// Looks for an order in which the calls of a history can have taken effect one after the other, each between its beginning and its end (Wing and
/// Gong), remembering which calls it has ordered to which state (Lowe), so that no situation is examined twice. A call without an answer may be put
/// anywhere after its beginning, or be left out.
/// </summary>
internal sealed class LinearizabilityChecker<TState, TInput, TOutput>(ISequentialModel<TState, TInput, TOutput> model)
    where TState : notnull
{
    /// <returns>Null when there is such an order; otherwise how far it goes, and the calls around that point.</returns>
    public string? FindViolation(IReadOnlyCollection<Operation<TInput, TOutput>> history)
    {
        var search = new Search(model, history);
        return search.Run() ? null : search.Explain();
    }

    private sealed class Search(ISequentialModel<TState, TInput, TOutput> model, IReadOnlyCollection<Operation<TInput, TOutput>> history)
    {
        private readonly Event _head = Event.List(history);
        private readonly BitArray _ordered = new(history.Count);
        private readonly Stack<(Event Call, TState Before)> _path = new();
        private readonly HashSet<Situation> _seen = [];
        private TState _state = model.Initial;
        private int _answersLeft = history.Count(operation => !operation.IsOpen);
        private int _leastAnswersLeft = int.MaxValue;
        private string[] _stuckAt = [];

        public bool Run()
        {
            var next = _head.Next;
            while (_answersLeft > 0)
            {
                if (next is { IsCall: true })
                {
                    next = TryOrder(next) ? _head.Next : next.Next;
                    continue;
                }

                // An answer whose call is not ordered yet: nothing later can come before it.
                Remember(next);
                if (!_path.TryPop(out var last))
                    return false;
                TakeBack(last.Call, last.Before);
                next = last.Call.Next;
            }

            return true;
        }

        public string Explain() =>
            $"Of {history.Count} calls, all but {_leastAnswersLeft} of those with an answer can be ordered. What cannot is among:\n  "
            + string.Join("\n  ", _stuckAt);

        private bool TryOrder(Event call)
        {
            var (after, output) = model.Run(_state, call.Operation!.Input);
            if (!call.Operation.IsOpen && !EqualityComparer<TOutput>.Default.Equals(output, call.Operation.Output))
                return false;
            _ordered[call.Number] = true;
            if (!_seen.Add(new Situation(new BitArray(_ordered), after)))
            {
                _ordered[call.Number] = false;
                return false;
            }

            _path.Push((call, _state));
            _state = after;
            call.Leave();
            call.Answer?.Leave();
            if (call.Answer is not null)
                _answersLeft--;
            return true;
        }

        private void TakeBack(Event call, TState before)
        {
            _ordered[call.Number] = false;
            _state = before;
            call.Answer?.Return();
            call.Return();
            if (call.Answer is not null)
                _answersLeft++;
        }

        private void Remember(Event? blocked)
        {
            const int Around = 12;
            if (_answersLeft >= _leastAnswersLeft)
                return;
            _leastAnswersLeft = _answersLeft;
            var calls = new List<string>();
            for (var e = _head.Next; e is not null && calls.Count < Around; e = e.Next)
            {
                if (e.IsCall)
                    calls.Add(e.Operation!.ToString());
            }

            _stuckAt = [$"state {_state}", $"wanted next: {blocked?.Operation}", .. calls];
        }
    }

    /// <summary>A call or its answer, in the order of time. Those that are ordered leave the list, and return when the search takes them back.</summary>
    private sealed class Event
    {
        private Event? _previous;

        public Operation<TInput, TOutput>? Operation { get; private init; }

        public int Number { get; private init; }

        public bool IsCall { get; private init; }

        public Event? Answer { get; private init; }

        public Event? Next { get; private set; }

        public static Event List(IReadOnlyCollection<Operation<TInput, TOutput>> history)
        {
            var events = new List<(long Time, Event Event)>();
            foreach (var (number, operation) in history.OrderBy(operation => operation.Invoked).Index())
            {
                var answer = operation.IsOpen ? null : new Event { Operation = operation, Number = number };
                events.Add((operation.Invoked, new Event { Operation = operation, Number = number, IsCall = true, Answer = answer }));
                if (answer is not null)
                    events.Add((operation.Returned!.Value, answer));
            }

            var head = new Event();
            var last = head;
            foreach (var (_, item) in events.OrderBy(e => e.Time))
            {
                (last.Next, item._previous) = (item, last);
                last = item;
            }

            return head;
        }

        public void Leave()
        {
            _previous!.Next = Next;
            if (Next is not null)
                Next._previous = _previous;
        }

        public void Return()
        {
            _previous!.Next = this;
            if (Next is not null)
                Next._previous = this;
        }
    }

    /// <summary>Which calls are ordered, and to which state.</summary>
    private readonly struct Situation(BitArray ordered, TState state) : IEquatable<Situation>
    {
        private readonly BitArray _ordered = ordered;
        private readonly TState _state = state;

        public bool Equals(Situation other)
        {
            if (!EqualityComparer<TState>.Default.Equals(_state, other._state))
                return false;
            for (var i = 0; i < _ordered.Length; i++)
            {
                if (_ordered[i] != other._ordered[i])
                    return false;
            }

            return true;
        }

        public override bool Equals(object? obj) => obj is Situation other && Equals(other);

        public override int GetHashCode()
        {
            var hash = default(HashCode);
            hash.Add(_state);
            var words = new int[(_ordered.Length + 31) / 32];
            _ordered.CopyTo(words, 0);
            foreach (var word in words)
                hash.Add(word);
            return hash.ToHashCode();
        }
    }
}
