/*
 * SPDX-FileCopyrightText: The kamailio-binrpc authors
 * SPDX-License-Identifier: MIT
 *
 * The compiled twin of core/decoder.py.
 *
 * It reads well-formed records. Where the Python decoder would raise or note an anomaly, it hands
 * that one what it has built, to go on at the record in question: errors exist once, are equal by
 * construction, and a message that ends badly costs no second reading. For an unusual call it
 * calls the Python decoder with the same arguments.
 *
 * Values gather on one stack; an end mark turns the topmost of them into a list of just the
 * right size.
 *
 * For a large message the cyclic collector would cost as much as all else, so little is shown
 * to it. Decoded values form no cycles, and only Struct.add can close one later, or a change of
 * an array, which is a plain list. Hence these stay hidden until Struct.add calls track():
 * structs of plain values with their lists, and the lists of other structs without arrays.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <string.h>
#include <structmember.h>

enum { INT, STR, DOUBLE, STRUCT, ARRAY, AVP, BYTES };
enum { MAX_DEPTH = 64, MAX_RECORDS = 2000000 }; /* as in core/wire.py */
enum { CHUNK = 16384, FREE_CONTAINERS = 65536, CONTAINER_BYTES = 16 }; /* as in core/decoder.py */
enum { NAMES = 256, NAME_PROBES = 4 };
enum { SHORT_TEXT = 128, ARGUMENTS = 8 };

typedef enum { DONE, ASK_PYTHON, FAILED } Outcome;

typedef struct {
    PyObject *decoder; /* the module core.decoder */
    PyTypeObject *struct_type;
    Py_ssize_t flat_offset; /* of the slot Struct._flat */
    PyTypeObject *fixed_type;
    Py_ssize_t raw_offset; /* of the slot Fixed.raw */
    PyObject *thousand, *zero;
    PyObject *origin; /* the name of the attribute that holds a model's struct */
    int shows_lists;        /* of structs that hold structs: one has been changed */
} State;

typedef struct {
    PyObject *data, *anomalies, *check; /* borrowed; the last two may be NULL */
    const uint8_t *base, *pos, *end;
    int is_unsigned;
    Py_ssize_t max_depth, max_records;
} Arguments;

typedef struct {
    PyObject **items;
    Py_ssize_t count, room;
} Stack;

/* An open struct or array, and where its values begin. */
typedef struct {
    Py_ssize_t first;
    int kind, has_containers, has_arrays;
} Frame;

/* A name met before in this message; "raw" points into the message. */
typedef struct {
    const uint8_t *raw;
    Py_ssize_t size;
    PyObject *text;
} Name;

typedef struct {
    const State *state;
    Stack values;
    Stack outer; /* structs that hold containers; borrowed */
    Frame *frames;
    Py_ssize_t depth, frame_room;
    const uint8_t *mark;      /* where the last record begins */
    const uint8_t *next;      /* NULL, or the end or the limit came before another record */
    Py_ssize_t kept;          /* values before that */
    Py_ssize_t left, room_left; /* records and containers still allowed */
    int has_names; /* before the first name the table is not even cleared */
    Name names[NAMES];
} Work;

/* Make a full array longer; room is in items. */
static void *grow(void *items, Py_ssize_t *room, size_t item_size)
{
    size_t more = *room ? (size_t)*room * 2 : 32;
    void *bigger = NULL;
    if (more <= (size_t)PY_SSIZE_T_MAX / item_size)
        bigger = PyMem_Realloc(items, more * item_size);
    if (bigger == NULL)
        return PyErr_NoMemory();
    *room = (Py_ssize_t)more;
    return bigger;
}

static inline int push(Stack *stack, PyObject *item)
{
    if (stack->count == stack->room) {
        void *bigger = grow(stack->items, &stack->room, sizeof(PyObject *));
        if (bigger == NULL)
            return -1;
        stack->items = bigger;
    }
    stack->items[stack->count++] = item;
    return 0;
}

/* Take over a new value; NULL is an exception that is set already. */
static inline int add(Work *work, PyObject *value)
{
    if (value != NULL && push(&work->values, value) == 0)
        return 0;
    Py_XDECREF(value);
    return -1;
}

static int open_frame(Work *work, int kind)
{
    if (work->depth == work->frame_room) {
        void *bigger = grow(work->frames, &work->frame_room, sizeof(Frame));
        if (bigger == NULL)
            return -1;
        work->frames = bigger;
    }
    work->frames[work->depth++] = (Frame){work->values.count, kind, 0, 0};
    return 0;
}

/* Move the values from "first" up into a new list. */
static PyObject *pop_list(Stack *values, Py_ssize_t first)
{
    Py_ssize_t size = values->count - first;
    PyObject *list = PyList_New(size);
    if (list == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < size; i++)
        PyList_SET_ITEM(list, i, values->items[first + i]);
    values->count = first;
    return list;
}

#define FLAT(state, object) (*(PyObject **)((char *)(object) + (state)->flat_offset))

/* Turn what the innermost struct or array holds into one value. */
static int close_frame(Work *work)
{
    Frame frame = work->frames[--work->depth];
    if (work->depth > 0) {
        work->frames[work->depth - 1].has_containers = 1;
        work->frames[work->depth - 1].has_arrays |= frame.has_arrays || frame.kind == ARRAY;
    }
    PyObject *list = pop_list(&work->values, frame.first);
    if (list == NULL || frame.kind == ARRAY)
        return add(work, list);

    /* As Struct.__new__ does; __init__ would copy the list. */
    PyObject *object = work->state->struct_type->tp_alloc(work->state->struct_type, 0);
    if (object == NULL) {
        Py_DECREF(list);
        return -1;
    }
    FLAT(work->state, object) = list;
    PyObject_GC_UnTrack(object);
    if (!frame.has_arrays)
        PyObject_GC_UnTrack(list);
    if (add(work, object) < 0)
        return -1;
    return frame.has_containers ? push(&work->outer, object) : 0;
}

static void show(PyObject *object)
{
    if (object != NULL && PyObject_IS_GC(object) && !PyObject_GC_IsTracked(object))
        PyObject_GC_Track(object);
}

/* Once the values are whole, show what has to be; before, it would be looked at in vain. */
static void show_outer(const State *state, const Stack *outer)
{
    for (Py_ssize_t i = 0; i < outer->count; i++) {
        show(outer->items[i]);
        if (state->shows_lists)
            show(FLAT(state, outer->items[i]));
    }
}

/*
 * Show a Struct that is about to change, and its list. If that was hidden, this one was decoded
 * and may be part of larger ones: then show the lists of all that hold others, and hide no more.
 */
static PyObject *track(PyObject *module, PyObject *object)
{
    State *state = PyModule_GetState(module);
    if (!PyObject_TypeCheck(object, state->struct_type) || FLAT(state, object) == NULL
        || PyObject_GC_IsTracked(FLAT(state, object)))
        Py_RETURN_NONE;
    if (!state->shows_lists) {
        PyObject *gc = PyImport_ImportModule("gc");
        PyObject *all = gc ? PyObject_CallMethod(gc, "get_objects", NULL) : NULL;
        Py_XDECREF(gc);
        if (all == NULL)
            return NULL;
        state->shows_lists = 1;
        for (Py_ssize_t i = 0; i < PyList_GET_SIZE(all); i++)
            if (PyObject_TypeCheck(PyList_GET_ITEM(all, i), state->struct_type))
                show(FLAT(state, PyList_GET_ITEM(all, i)));
        Py_DECREF(all);
    }
    show(object);
    show(FLAT(state, object));
    Py_RETURN_NONE;
}

static void release(Work *work)
{
    while (work->values.count > 0)
        Py_DECREF(work->values.items[--work->values.count]);
    for (int i = 0; work->has_names && i < NAMES; i++)
        Py_XDECREF(work->names[i].text);
    PyMem_Free(work->values.items);
    PyMem_Free(work->outer.items);
    PyMem_Free(work->frames);
}

/*
 * Read how many bytes a value has: 0-7 from the header, or from length bytes after it, whose
 * low 32 bits the reference reader keeps. False where the Python decoder raises.
 */
static inline int read_size(uint8_t head, const uint8_t **pos, const uint8_t *end, Py_ssize_t *size)
{
    *size = head >> 4 & 7;
    if (head >= 0x80) {
        uint32_t length = 0;
        if (*size > end - *pos)
            return 0;
        for (Py_ssize_t i = *size; i > 0; i--)
            length = length << 8 | *(*pos)++;
        if (length > INT32_MAX)
            return 0;
        *size = (Py_ssize_t)length;
    }
    return *size <= end - *pos;
}

static inline int is_ascii(const uint8_t *raw, Py_ssize_t size)
{
    uint8_t bits = 0;
    for (Py_ssize_t i = 0; i < size; i++)
        bits |= raw[i];
    return bits < 0x80;
}

/*
 * Decode a short text, for which Python's own decoder takes long to get going. NULL without an
 * exception where it is not UTF-8.
 */
static PyObject *short_utf8(const uint8_t *raw, Py_ssize_t size)
{
    Py_UCS4 points[SHORT_TEXT], highest = 0;
    Py_ssize_t count = 0, i = 0;
    while (i < size) {
        Py_UCS4 point = raw[i++];
        if (point >= 0x80) {
            int more = point < 0xC2 ? -1 : point < 0xE0 ? 1 : point < 0xF0 ? 2 : point < 0xF5 ? 3 : -1;
            Py_UCS4 least = more == 1 ? 0x80 : more == 2 ? 0x800 : 0x10000;
            if (more < 0 || more > size - i)
                return NULL;
            point &= 0x3Fu >> more;
            for (; more > 0; more--, i++) {
                if ((raw[i] & 0xC0) != 0x80)
                    return NULL;
                point = point << 6 | (raw[i] & 0x3F);
            }
            if (point < least || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000))
                return NULL;
        }
        highest = point > highest ? point : highest;
        points[count++] = point;
    }
    if (count == 1)
        return PyUnicode_FromOrdinal((int)highest);
    PyObject *text = PyUnicode_New(count, highest);
    if (text == NULL)
        return NULL;
    if (highest < 0x100)
        for (i = 0; i < count; i++)
            PyUnicode_1BYTE_DATA(text)[i] = (Py_UCS1)points[i];
    else if (highest < 0x10000)
        for (i = 0; i < count; i++)
            PyUnicode_2BYTE_DATA(text)[i] = (Py_UCS2)points[i];
    else
        memcpy(PyUnicode_4BYTE_DATA(text), points, (size_t)count * sizeof(Py_UCS4));
    return text;
}

/* Make a str of a text or name of "size" bytes, its NUL included. */
static inline PyObject *new_text(const uint8_t *raw, Py_ssize_t size)
{
    size -= size > 0;
    /* Python keeps one object for each text of 0 or 1 characters. */
    if (size < 2 || !is_ascii(raw, size)) {
        if (size > 1 && size <= SHORT_TEXT) {
            PyObject *text = short_utf8(raw, size);
            if (text != NULL || PyErr_Occurred())
                return text;
        }
        return PyUnicode_DecodeUTF8((const char *)raw, size, "surrogateescape");
    }
    PyObject *text = PyUnicode_New(size, 127);
    if (text != NULL)
        memcpy(PyUnicode_1BYTE_DATA(text), raw, (size_t)size);
    return text;
}

/*
 * Return the text of a name, mostly the same object each time it occurs. The table forgets
 * rather than grows, so that many different names cost no more than many strings.
 */
static PyObject *name_text(Work *work, const uint8_t *raw, Py_ssize_t size)
{
    if (!work->has_names) {
        memset(work->names, 0, sizeof(work->names));
        work->has_names = 1;
    }
    uint32_t hash = 2166136261; /* FNV-1a */
    for (Py_ssize_t i = 0; i < size; i++)
        hash = (hash ^ raw[i]) * 16777619;
    Name *slot = NULL;
    for (int i = 0; i < NAME_PROBES; i++) {
        slot = &work->names[(hash + (uint32_t)i) % NAMES];
        if (slot->text == NULL)
            break;
        if (slot->size == size && memcmp(slot->raw, raw, (size_t)size) == 0)
            return Py_NewRef(slot->text);
    }
    PyObject *text = new_text(raw, size);
    if (text != NULL) {
        Py_XDECREF(slot->text);
        *slot = (Name){raw, size, Py_NewRef(text)};
    }
    return text;
}

static inline uint64_t low_bits(const uint8_t *raw, Py_ssize_t size)
{
    uint64_t bits = 0;
    for (Py_ssize_t i = size > 8 ? size - 8 : 0; i < size; i++)
        bits = bits << 8 | raw[i];
    return bits;
}

static inline PyObject *new_int(uint32_t bits, int is_unsigned)
{
    if (bits > INT32_MAX && !is_unsigned)
        return PyLong_FromLong(-(long)(UINT32_MAX - bits) - 1);
    return PyLong_FromUnsignedLong(bits);
}

/* Does this number of thousandths, rounded half to even, give "fixed"? */
static int is_exact(double thousandths, int64_t fixed)
{
    if (!(thousandths >= -9223372036854775808.0 && thousandths < 9223372036854775808.0))
        return 0;
    int64_t whole = (int64_t)thousandths;
    double rest = thousandths - (double)whole;
    if (rest > 0.5 || (rest == 0.5 && whole % 2 != 0))
        whole++;
    else if (rest < -0.5 || (rest == -0.5 && whole % 2 != 0))
        whole--;
    return whole == fixed;
}

/* What fixed_to_float does in core/decoder.py. */
static PyObject *new_double(const State *state, uint64_t bits)
{
    int64_t fixed;
    memcpy(&fixed, &bits, sizeof(fixed));
    if (fixed == 0)
        return Py_NewRef(state->zero);
    if (-INT64_C(0x4000000000000) < fixed && fixed < INT64_C(0x4000000000000))
        return PyFloat_FromDouble((double)fixed / 1000);

    /* A float may not hold all its digits. Python's division rounds once; C's would twice. */
    PyObject *raw = PyLong_FromLongLong(fixed);
    PyObject *value = raw ? PyNumber_TrueDivide(raw, state->thousand) : NULL;
    if (value != NULL && !is_exact(PyFloat_AS_DOUBLE(value) * 1000, fixed)) {
        PyObject *exact = state->fixed_type->tp_alloc(state->fixed_type, 0);
        if (exact != NULL) {
            ((PyFloatObject *)exact)->ob_fval = PyFloat_AS_DOUBLE(value);
            *(PyObject **)((char *)exact + state->raw_offset) = Py_NewRef(raw);
            PyObject_GC_UnTrack(exact);
        }
        Py_SETREF(value, exact);
    }
    Py_XDECREF(raw);
    return value;
}

static inline int is_anomaly(const Arguments *given, Py_ssize_t size)
{
    return given->anomalies != NULL && (size == 0 || given->pos[size - 1] != 0);
}

/* Read all records onto the stack of values. */
static Outcome read_records(Work *work, Arguments given)
{
    const uint8_t *end = given.end;
    Py_ssize_t size, turns = 0;
    int in_struct = 0;

    for (;; turns++) {
        if (turns == CHUNK) {
            turns = 0;
            PyObject *result = given.check ? PyObject_CallNoArgs(given.check) : Py_NewRef(Py_None);
            if (result == NULL)
                return FAILED;
            Py_DECREF(result);
        }
        work->kept = work->values.count;
        if (given.pos == end || work->left == 0)
            break;
        work->left--;
        work->mark = given.pos;
        uint8_t head = *given.pos++;
        int kind = head & 15;

        if (kind == AVP) {
            /* The value's header must follow, so a name never reaches the end. */
            if (!in_struct || !read_size(head, &given.pos, end, &size)
                || size == end - given.pos || is_anomaly(&given, size))
                return ASK_PYTHON;
            if (add(work, name_text(work, given.pos, size)) < 0)
                return FAILED;
            given.pos += size;
            head = *given.pos++;
            kind = head & 15;
            if (kind == AVP || kind == ARRAY || (kind == STRUCT && head >= 0x80))
                return ASK_PYTHON;
        }
        else if (in_struct && (kind != STRUCT || head < 0x80) /* a value without a name */
                 && add(work, Py_NewRef(Py_None)) < 0)
            return FAILED;

        /* A double has no S bit: the whole nibble is the size. */
        size = head >> 4;
        if (kind == DOUBLE ? size > end - given.pos : !read_size(head, &given.pos, end, &size))
            return ASK_PYTHON;

        PyObject *value;
        switch (kind) {
        case STR:
            if (is_anomaly(&given, size))
                return ASK_PYTHON;
            value = new_text(given.pos, size);
            break;
        case INT:
            value = new_int((uint32_t)low_bits(given.pos, size), given.is_unsigned);
            break;
        case DOUBLE:
            value = new_double(work->state, low_bits(given.pos, size));
            break;
        case BYTES:
            value = PyBytes_FromStringAndSize((const char *)given.pos, size);
            break;
        case STRUCT:
        case ARRAY:
            /* An end mark may carry a length, which is checked and not used. */
            if (head < 0x80
                    ? size > 0 || work->depth >= given.max_depth || work->room_left == 0
                    : work->depth == 0 || work->frames[work->depth - 1].kind != kind)
                return ASK_PYTHON;
            work->room_left -= head < 0x80;
            if ((head < 0x80 ? open_frame(work, kind) : close_frame(work)) < 0)
                return FAILED;
            in_struct = work->depth > 0 && work->frames[work->depth - 1].kind == STRUCT;
            continue;
        default:
            return ASK_PYTHON;
        }
        if (add(work, value) < 0)
            return FAILED;
        given.pos += size;
    }
    if (given.pos == end && work->depth == 0)
        return DONE;
    work->next = given.pos;
    return ASK_PYTHON;
}

/* Read an argument that is 0 or more; without one, keep what *size is. */
static int as_size(PyObject *argument, Py_ssize_t *size)
{
    if (argument != NULL)
        *size = PyLong_Check(argument) ? PyLong_AsSsize_t(argument) : -1;
    return *size >= 0;
}

/* Take the arguments apart. False, perhaps with an exception set, for an unusual call. */
static int read_arguments(PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames,
                          Arguments *given)
{
    static const char *const names[ARGUMENTS] = {
        "data", "start", "end", "unsigned", "max_depth", "max_records", "anomalies", "check"};
    PyObject *found[ARGUMENTS] = {NULL};
    if (nargs > 3)
        return 0;
    for (Py_ssize_t i = 0; i < nargs; i++)
        found[i] = args[i];
    for (Py_ssize_t i = 0; kwnames != NULL && i < PyTuple_GET_SIZE(kwnames); i++) {
        PyObject *name = PyTuple_GET_ITEM(kwnames, i);
        int at = 0;
        while (at < ARGUMENTS && PyUnicode_CompareWithASCIIString(name, names[at]) != 0)
            at++;
        if (at == ARGUMENTS || found[at] != NULL)
            return 0;
        found[at] = args[nargs + i];
    }
    if (found[0] == NULL || !PyBytes_CheckExact(found[0]))
        return 0;
    Py_ssize_t length = PyBytes_GET_SIZE(found[0]), start = 0, end = length;
    given->max_depth = MAX_DEPTH;
    given->max_records = MAX_RECORDS;
    if (!as_size(found[1], &start) || !as_size(found[2] == Py_None ? NULL : found[2], &end)
        || start > end || end > length || !as_size(found[4], &given->max_depth)
        || !as_size(found[5], &given->max_records))
        return 0;
    given->data = found[0];
    given->base = (const uint8_t *)PyBytes_AS_STRING(found[0]);
    given->pos = given->base + start;
    given->end = given->base + end;
    given->anomalies = found[6] == Py_None ? NULL : found[6];
    given->check = found[7] == Py_None ? NULL : found[7];
    given->is_unsigned = found[3] == NULL ? 0 : PyObject_IsTrue(found[3]);
    return given->is_unsigned >= 0;
}

static PyObject *ask_python(const State *state, PyObject *const *args, Py_ssize_t nargs,
                            PyObject *kwnames)
{
    PyObject *function = PyObject_GetAttrString(state->decoder, "decode_records");
    if (function == NULL)
        return NULL;
    PyObject *values = PyObject_Vectorcall(function, args, (size_t)nargs, kwnames);
    Py_DECREF(function);
    return values;
}

/*
 * List what is open, outermost first: the list that is being filled, and whether it is a
 * struct's. The last record is taken back.
 */
static PyObject *take_open(Work *work)
{
    while (work->values.count > work->kept)
        Py_DECREF(work->values.items[--work->values.count]);
    PyObject *open = PyList_New(work->depth + 1);
    while (open != NULL && work->depth > 0) {
        Py_ssize_t at = work->depth;
        int kind = work->frames[at - 1].kind;
        if (close_frame(work) < 0)
            Py_CLEAR(open);
        else {
            PyObject *object = work->values.items[work->values.count - 1];
            PyObject *list = kind == STRUCT ? FLAT(work->state, object) : object;
            show(object);
            show(list);
            PyObject *pair = Py_BuildValue("(OO)", list, kind == STRUCT ? Py_True : Py_False);
            if (pair == NULL)
                Py_CLEAR(open);
            else
                PyList_SET_ITEM(open, at, pair);
        }
    }
    PyObject *list = open ? pop_list(&work->values, 0) : NULL;
    PyObject *pair = list ? Py_BuildValue("(NO)", list, Py_False) : NULL;
    if (pair == NULL)
        Py_CLEAR(open);
    else
        PyList_SET_ITEM(open, 0, pair);
    return open;
}

/* Let the Python decoder go on at the last record. */
static PyObject *go_on(const State *state, const Arguments *given, Work *work)
{
    const uint8_t *next = work->next ? work->next : work->mark;
    Py_ssize_t left = work->left + (work->next == NULL);
    PyObject *open = take_open(work);
    if (open == NULL)
        return NULL;
    show_outer(state, &work->outer);
    PyObject *function = PyObject_GetAttrString(state->decoder, "decode_records");
    PyObject *args = Py_BuildValue("(Onn)", given->data, (Py_ssize_t)(next - given->base),
                                   (Py_ssize_t)(given->end - given->base));
    PyObject *options = Py_BuildValue(
        "{sOsnsnsOsOs(Onnn)}", "unsigned", given->is_unsigned ? Py_True : Py_False, "max_depth",
        given->max_depth, "max_records", given->max_records, "anomalies",
        given->anomalies ? given->anomalies : Py_None, "check",
        given->check ? given->check : Py_None, "opened", open,
        (Py_ssize_t)(work->mark - given->base), left, work->room_left);
    Py_DECREF(open);
    PyObject *values = function && args && options ? PyObject_Call(function, args, options) : NULL;
    Py_XDECREF(function);
    Py_XDECREF(args);
    Py_XDECREF(options);
    return values;
}

static PyObject *decode_records(PyObject *module, PyObject *const *args, Py_ssize_t nargs,
                                PyObject *kwnames)
{
    const State *state = PyModule_GetState(module);
    Arguments given;
    if (!read_arguments(args, nargs, kwnames, &given)) {
        PyErr_Clear();
        return ask_python(state, args, nargs, kwnames);
    }
    Work work; /* not cleared as a whole: the table of names is larger than most messages */
    memset(&work, 0, offsetof(Work, names));
    work.state = state;
    work.mark = given.pos;
    work.left = given.max_records;
    work.room_left = (given.end - given.pos) / CONTAINER_BYTES;
    if (work.room_left < FREE_CONTAINERS)
        work.room_left = FREE_CONTAINERS;
    PyObject *values = NULL;
    switch (read_records(&work, given)) {
    case DONE:
        values = pop_list(&work.values, 0);
        if (values != NULL)
            show_outer(state, &work.outer);
        break;
    case ASK_PYTHON:
        values = go_on(state, &given, &work);
        break;
    case FAILED:
        break;
    }
    release(&work);
    return values;
}

/* Read a cookie; false where it is not in the fewest bytes. */
static int as_cookie(const uint8_t *raw, int size, uint32_t *cookie)
{
    *cookie = (uint32_t)low_bits(raw, size);
    return size == 1 || raw[0] != 0;
}

/* What find_answers does in core/cut_replies.py, where the reasons are. */
static PyObject *find_answers(PyObject *module, PyObject *args)
{
    Py_buffer packet;
    PyObject *given, *check = Py_None, *found = NULL;
    Py_ssize_t start, limit;
    (void)module;
    if (!PyArg_ParseTuple(args, "y*nOn|O", &packet, &start, &given, &limit, &check))
        return NULL;
    PyObject *cookies = PySequence_Fast(given, "cookies are a collection");
    Py_ssize_t count = cookies ? PySequence_Fast_GET_SIZE(cookies) : 0;
    uint32_t *known = PyMem_Calloc((size_t)count + 1, sizeof(uint32_t));
    uint64_t sieve[64] = {0};
    if (cookies == NULL || known == NULL)
        goto done;
    for (Py_ssize_t i = 0; i < count; i++) {
        known[i] = (uint32_t)PyLong_AsUnsignedLong(PySequence_Fast_GET_ITEM(cookies, i));
        sieve[known[i] >> 6 & 63] |= UINT64_C(1) << (known[i] & 63);
    }
    found = PyErr_Occurred() ? NULL : PyList_New(0);

    const uint8_t *base = packet.buf, *end = base + packet.len, *at = base + start;
    Py_ssize_t pause = start + (1 << 20);
    while (found != NULL && at < end && PyList_GET_SIZE(found) < limit) {
        if (check != Py_None && at - base >= pause) {
            pause += 1 << 20;
            PyObject *result = PyObject_CallNoArgs(check);
            if (result == NULL)
                Py_CLEAR(found);
            Py_XDECREF(result);
            continue;
        }
        at = memchr(at, 0xA1, (size_t)(end - at));
        if (at == NULL)
            break;
        const uint8_t *header = at++;
        uint32_t cookie;
        if (end - header < 4 || (header[1] >> 4 != 1 && header[1] >> 4 != 3))
            continue;
        int length = (header[1] >> 2 & 3) + 1, size = (header[1] & 3) + 1;
        const uint8_t *body = header + 2 + length + size;
        if (body > end || (length > 1 && header[2] == 0) || (length == 4 && header[2] > 0x7F)
            || !as_cookie(header + 2 + length, size, &cookie))
            continue;
        int fits = (uint64_t)(end - body) == low_bits(header + 2, length);
        if (!fits && sieve[cookie >> 6 & 63] >> (cookie & 63) & 1)
            for (Py_ssize_t i = 0; i < count && !fits; i++)
                fits = known[i] == cookie;
        PyObject *offset = fits ? PyLong_FromSsize_t(header - base) : NULL;
        if (fits && (offset == NULL || PyList_Append(found, offset) < 0))
            Py_CLEAR(found);
        Py_XDECREF(offset);
    }
done:
    PyMem_Free(known);
    Py_XDECREF(cookies);
    PyBuffer_Release(&packet);
    return found;
}

/*
 * Models of the typed layer: what read_model does in typed/models/quick.py, where everything that is
 * read here has its names. Readers in Python may be called in between, and may change any list.
 */
enum { PART_KIND, PART_RECENT, PART_FIND, PART_UNUSUAL, PART_SETTERS };
enum { SHAPE_NAMES, SHAPE_TYPES, SHAPE_VALUES, SHAPE_MEMBERS, SHAPE_EXTRA, SHAPE_FACTORIES,
       SHAPE_GIVEN, SHAPE_PRIVATE };
enum { MEMBER_PLACE, MEMBER_FIELD, MEMBER_WAY, MEMBER_UNSET, MEMBER_RULE };
enum { KEEP, NUMBER, TEXT, RULE };
enum { RULE_PLAIN, RULE_FORM, RULE_MODEL, RULE_TUPLE, RULE_FIXED, RULE_DICT, RULE_CALL,
       RULE_ELSE };
enum { SETTERS = 4 };

typedef struct {
    const State *state;
    PyObject *unusual; /* the exception */
} Reading;

static PyObject *read_struct(const State *state, PyObject *parts, PyObject *object);
static PyObject *follow(const Reading *reading, PyObject *rule, PyObject *value);

static PyObject *is_unusual(const Reading *reading)
{
    PyErr_SetNone(reading->unusual);
    return NULL;
}

static int same_text(PyObject *one, PyObject *other)
{
    if (one == other)
        return 1;
    if (!PyUnicode_CheckExact(one) || !PyUnicode_CheckExact(other)
        || PyUnicode_GET_LENGTH(one) != PyUnicode_GET_LENGTH(other)
        || PyUnicode_KIND(one) != PyUnicode_KIND(other))
        return 0;
    return memcmp(PyUnicode_DATA(one), PyUnicode_DATA(other),
                  (size_t)PyUnicode_GET_LENGTH(one) * PyUnicode_KIND(one)) == 0;
}

static PyObject *follow_all(const Reading *reading, PyObject *value, PyObject *rules, PyObject *rule)
{
    if (!PyList_CheckExact(value) && !PyTuple_CheckExact(value))
        return is_unusual(reading);
    PyObject *items = PySequence_Tuple(value);
    PyObject *made = items ? PyTuple_New(PyTuple_GET_SIZE(items)) : NULL;
    if (made != NULL && rules != NULL && PyTuple_GET_SIZE(rules) != PyTuple_GET_SIZE(items)) {
        is_unusual(reading);
        Py_CLEAR(made);
    }
    for (Py_ssize_t i = 0; made != NULL && i < PyTuple_GET_SIZE(items); i++) {
        PyObject *item = follow(reading, rules ? PyTuple_GET_ITEM(rules, i) : rule,
                                PyTuple_GET_ITEM(items, i));
        if (item == NULL)
            Py_CLEAR(made);
        else
            PyTuple_SET_ITEM(made, i, item);
    }
    Py_XDECREF(items);
    return made;
}

static PyObject *follow_dict(const Reading *reading, PyObject *value, PyObject *key_rule,
                             PyObject *value_rule)
{
    if (!PyDict_CheckExact(value))
        return is_unusual(reading);
    PyObject *items = PyDict_Items(value);
    PyObject *made = items ? PyDict_New() : NULL;
    for (Py_ssize_t i = 0; made != NULL && i < PyList_GET_SIZE(items); i++) {
        PyObject *pair = PyList_GET_ITEM(items, i);
        PyObject *name = follow(reading, key_rule, PyTuple_GET_ITEM(pair, 0));
        PyObject *item = name ? follow(reading, value_rule, PyTuple_GET_ITEM(pair, 1)) : NULL;
        if (item == NULL || PyDict_SetItem(made, name, item) < 0)
            Py_CLEAR(made);
        Py_XDECREF(name);
        Py_XDECREF(item);
    }
    Py_XDECREF(items);
    return made;
}

/* Read a value by a rule of typed/models/rules.py. */
static PyObject *follow(const Reading *reading, PyObject *rule, PyObject *value)
{
    long kind = PyLong_AsLong(PyTuple_GET_ITEM(rule, 0));
    PyObject *first = PyTuple_GET_ITEM(rule, 1);
    if (kind == RULE_FORM) {
        PyObject *converted = PyObject_CallOneArg(first, value);
        PyObject *made = converted ? follow(reading, PyTuple_GET_ITEM(rule, 2), converted) : NULL;
        Py_XDECREF(converted);
        return made;
    }
    int kept = PySet_Contains(first, (PyObject *)Py_TYPE(value));
    if (kept != 0)
        return kept > 0 ? Py_NewRef(value) : NULL;
    PyObject *second = kind == RULE_PLAIN ? NULL : PyTuple_GET_ITEM(rule, 2);
    switch (kind) {
    case RULE_MODEL:
        if (!Py_IS_TYPE(value, reading->state->struct_type))
            break;
        return read_struct(reading->state, second, value);
    case RULE_TUPLE:
        return follow_all(reading, value, NULL, second);
    case RULE_FIXED:
        return follow_all(reading, value, second, NULL);
    case RULE_DICT:
        return follow_dict(reading, value, second, PyTuple_GET_ITEM(rule, 3));
    case RULE_CALL:
        return PyObject_CallOneArg(second, value);
    case RULE_ELSE:
        return follow(reading, second, value);
    default:
        break;
    }
    return is_unusual(reading);
}

/* The value of a member whose type is that of the shape. */
static PyObject *read_member(const Reading *reading, PyObject *member, PyObject *raw)
{
    switch (PyLong_AsLong(PyTuple_GET_ITEM(member, MEMBER_WAY))) {
    case KEEP:
        return Py_NewRef(raw);
    case NUMBER: {
        int beyond = 0;
        long number = PyLong_AsLongAndOverflow(raw, &beyond);
        if (beyond > 0 || (beyond == 0 && number >= 0))
            return Py_NewRef(raw);
        break;
    }
    case TEXT: {
        PyObject *unset = PyTuple_GET_ITEM(member, MEMBER_UNSET);
        for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(unset); i++)
            if (same_text(PyTuple_GET_ITEM(unset, i), raw))
                Py_RETURN_NONE;
        return Py_NewRef(raw);
    }
    default:
        break;
    }
    return follow(reading, PyTuple_GET_ITEM(member, MEMBER_RULE), raw);
}

/* Read members into a dict; -1 with an exception. */
static int read_members(const Reading *reading, PyObject *shape, int which, PyObject *flat,
                        PyObject *values)
{
    PyObject *members = PyTuple_GET_ITEM(shape, which);
    PyObject *types = PyTuple_GET_ITEM(shape, SHAPE_TYPES);
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(members); i++) {
        PyObject *member = PyTuple_GET_ITEM(members, i);
        Py_ssize_t place = PyLong_AsSsize_t(PyTuple_GET_ITEM(member, MEMBER_PLACE));
        PyObject *raw = 2 * place + 1 < PyList_GET_SIZE(flat)
                            ? PyList_GET_ITEM(flat, 2 * place + 1) : NULL;
        if (raw == NULL || (PyObject *)Py_TYPE(raw) != PyTuple_GET_ITEM(types, place)) {
            is_unusual(reading); /* it has changed meanwhile */
            return -1;
        }
        Py_INCREF(raw);
        PyObject *value = read_member(reading, member, raw);
        Py_DECREF(raw);
        int status = value ? PyDict_SetItem(values, PyTuple_GET_ITEM(member, MEMBER_FIELD), value)
                           : -1;
        Py_XDECREF(value);
        if (status < 0)
            return -1;
    }
    return 0;
}

static int call_factories(PyObject *shape, PyObject *values)
{
    PyObject *factories = PyTuple_GET_ITEM(shape, SHAPE_FACTORIES);
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(factories); i++) {
        PyObject *pair = PyTuple_GET_ITEM(factories, i);
        PyObject *value = PyObject_CallNoArgs(PyTuple_GET_ITEM(pair, 1));
        int status = value ? PyDict_SetItem(values, PyTuple_GET_ITEM(pair, 0), value) : -1;
        Py_XDECREF(value);
        if (status < 0)
            return -1;
    }
    return 0;
}

/* Make an empty model and give it what it holds; NULL among that is an exception. */
static PyObject *new_model(PyObject *parts, PyObject *const *contents)
{
    PyTypeObject *kind = (PyTypeObject *)PyTuple_GET_ITEM(parts, PART_KIND);
    PyObject *setters = PyTuple_GET_ITEM(parts, PART_SETTERS);
    PyObject *model = kind->tp_alloc(kind, 0);
    for (int i = 0; model != NULL && i < SETTERS; i++) {
        PyObject *setter = PyTuple_GET_ITEM(setters, i);
        if (contents[i] == NULL || Py_TYPE(setter)->tp_descr_set(setter, model, contents[i]) < 0)
            Py_CLEAR(model);
    }
    return model;
}

static PyObject *make_model(const Reading *reading, PyObject *parts, PyObject *shape,
                            PyObject *flat, PyObject *object)
{
    PyObject *values = PyDict_Copy(PyTuple_GET_ITEM(shape, SHAPE_VALUES));
    PyObject *extra = PyDict_New(), *private = NULL, *model = NULL;
    if (values != NULL && extra != NULL
        && read_members(reading, shape, SHAPE_MEMBERS, flat, values) == 0
        && read_members(reading, shape, SHAPE_EXTRA, flat, extra) == 0
        && call_factories(shape, values) == 0
        && (private = PyDict_Copy(PyTuple_GET_ITEM(shape, SHAPE_PRIVATE))) != NULL
        && PyDict_SetItem(private, reading->state->origin, object) == 0) {
        PyObject *contents[SETTERS] = {values, extra, PyTuple_GET_ITEM(shape, SHAPE_GIVEN), private};
        model = new_model(parts, contents);
    }
    Py_XDECREF(values);
    Py_XDECREF(extra);
    Py_XDECREF(private);
    return model;
}

static int fits(PyObject *shape, PyObject *flat)
{
    PyObject *names = PyTuple_GET_ITEM(shape, SHAPE_NAMES);
    PyObject *types = PyTuple_GET_ITEM(shape, SHAPE_TYPES);
    Py_ssize_t size = PyTuple_GET_SIZE(names);
    if (PyList_GET_SIZE(flat) != 2 * size)
        return 0;
    for (Py_ssize_t i = 0; i < size; i++)
        if ((PyObject *)Py_TYPE(PyList_GET_ITEM(flat, 2 * i + 1)) != PyTuple_GET_ITEM(types, i)
            || !same_text(PyTuple_GET_ITEM(names, i), PyList_GET_ITEM(flat, 2 * i)))
            return 0;
    return 1;
}

static PyObject *find_shape(PyObject *parts, PyObject *flat)
{
    PyObject *recent = PyTuple_GET_ITEM(parts, PART_RECENT);
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(recent); i++)
        if (fits(PyList_GET_ITEM(recent, i), flat))
            return Py_NewRef(PyList_GET_ITEM(recent, i));
    return PyObject_CallOneArg(PyTuple_GET_ITEM(parts, PART_FIND), flat);
}

static PyObject *read_struct(const State *state, PyObject *parts, PyObject *object)
{
    Reading reading = {state, PyTuple_GET_ITEM(parts, PART_UNUSUAL)};
    PyObject *flat = FLAT(state, object);
    if (flat == NULL || !PyList_CheckExact(flat))
        return is_unusual(&reading);
    if (Py_EnterRecursiveCall(" while a model is made"))
        return NULL;
    Py_INCREF(flat);
    PyObject *shape = find_shape(parts, flat);
    PyObject *model = shape ? make_model(&reading, parts, shape, flat, object) : NULL;
    Py_XDECREF(shape);
    Py_DECREF(flat);
    Py_LeaveRecursiveCall();
    return model;
}

static PyObject *read_model(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    const State *state = PyModule_GetState(module);
    if (nargs != 2 || !PyTuple_Check(args[0]) || PyTuple_GET_SIZE(args[0]) <= PART_SETTERS
        || !Py_IS_TYPE(args[1], state->struct_type)) {
        PyErr_SetString(PyExc_TypeError, "read_model takes the parts of a model, and a Struct");
        return NULL;
    }
    return read_struct(state, args[0], args[1]);
}

PyDoc_STRVAR(read_model_doc,
             "read_model($module, parts, struct, /)\n--\n\n"
             "Do what typed.models.quick.read_model does, faster.");

PyDoc_STRVAR(decode_records_doc,
             "decode_records($module, /, data, start=0, end=None, *, unsigned=False,\n"
             "               max_depth=64, max_records=2000000, anomalies=None, check=None,\n"
             "               opened=None)\n--\n\n"
             "Do what core.decoder.decode_records does, faster.");

PyDoc_STRVAR(find_answers_doc,
             "find_answers($module, packet, start, cookies, limit, check=None, /)\n--\n\n"
             "Do what core.cut_replies.find_answers does, faster.");

/* Find a class's slot for an object. False if the class is not made as expected. */
static int find_slot(PyTypeObject *type, const char *name, Py_ssize_t *offset)
{
    if (!PyType_Check(type) || !PyType_IS_GC(type))
        return 0;
    PyObject *slot = PyObject_GetAttrString((PyObject *)type, name);
    if (slot == NULL)
        return 0;
    int fits = Py_IS_TYPE(slot, &PyMemberDescr_Type) && PyDescr_TYPE(slot) == type
               && ((PyMemberDescrObject *)slot)->d_member->type == T_OBJECT_EX;
    if (fits)
        *offset = ((PyMemberDescrObject *)slot)->d_member->offset;
    Py_DECREF(slot);
    return fits;
}

static int module_exec(PyObject *module)
{
    State *state = PyModule_GetState(module);
    state->decoder = PyImport_ImportModule("kamailio_binrpc.core.decoder");
    state->thousand = PyLong_FromLong(1000);
    state->zero = PyFloat_FromDouble(0.0);
    state->origin = PyUnicode_InternFromString("_origin");
    if (state->decoder == NULL || state->origin == NULL || state->thousand == NULL
        || state->zero == NULL)
        return -1;
    state->struct_type = (PyTypeObject *)PyObject_GetAttrString(state->decoder, "Struct");
    if (state->struct_type == NULL || !find_slot(state->struct_type, "_flat", &state->flat_offset)) {
        PyErr_SetString(PyExc_ImportError, "Struct is not a class with the slot _flat");
        return -1;
    }
    state->fixed_type = (PyTypeObject *)PyObject_GetAttrString(state->decoder, "Fixed");
    if (state->fixed_type == NULL || !find_slot(state->fixed_type, "raw", &state->raw_offset)
        || !PyType_IsSubtype(state->fixed_type, &PyFloat_Type)) {
        PyErr_SetString(PyExc_ImportError, "Fixed is not a float with the slot raw");
        return -1;
    }
    PyObject *values = PyImport_ImportModule("kamailio_binrpc.core.values");
    PyObject *function = PyObject_GetAttrString(module, "track");
    int status = values && function ? PyObject_SetAttrString(values, "_track", function) : -1;
    Py_XDECREF(values);
    Py_XDECREF(function);
    return status;
}

static int module_traverse(PyObject *module, visitproc visit, void *arg)
{
    State *state = PyModule_GetState(module);
    Py_VISIT(state->decoder);
    Py_VISIT(state->struct_type);
    Py_VISIT(state->fixed_type);
    return 0;
}

static void module_free(void *module)
{
    State *state = PyModule_GetState(module);
    Py_CLEAR(state->decoder);
    Py_CLEAR(state->struct_type);
    Py_CLEAR(state->fixed_type);
    Py_CLEAR(state->thousand);
    Py_CLEAR(state->zero);
    Py_CLEAR(state->origin);
}

static PyMethodDef methods[] = {
    {"decode_records", (PyCFunction)(void (*)(void))decode_records,
     METH_FASTCALL | METH_KEYWORDS, decode_records_doc},
    {"find_answers", find_answers, METH_VARARGS, find_answers_doc},
    {"read_model", (PyCFunction)(void (*)(void))read_model, METH_FASTCALL, read_model_doc},
    {"track", track, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, module_exec},
#ifdef Py_MOD_PER_INTERPRETER_GIL_SUPPORTED
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
#ifdef Py_mod_gil
    /* Said, since it is so: setup.py builds nothing for free-threaded Pythons. */
    {Py_mod_gil, Py_MOD_GIL_USED},
#endif
    {0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "kamailio_binrpc._speedups",
    .m_size = sizeof(State),
    .m_methods = methods,
    .m_slots = slots,
    .m_traverse = module_traverse,
    .m_free = module_free,
};

PyMODINIT_FUNC PyInit__speedups(void)
{
    return PyModuleDef_Init(&definition);
}
