/*
 * SPDX-FileCopyrightText: The kamailio-binrpc authors
 * SPDX-License-Identifier: MIT
 *
 * The compiled twin of core/decoder.py.
 *
 * It reads well-formed records. Where the Python decoder would raise or note an anomaly, or
 * for an unusual call, it drops what it has built and calls the Python decoder with the same
 * arguments: errors exist once, and are equal by construction. A hostile message costs little
 * more than without this file, as the Python decoder obeys the same limits.
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
enum { NAMES = 256, NAME_PROBES = 4 };

typedef enum { DONE, ASK_PYTHON, FAILED } Outcome;

typedef struct {
    PyObject *decoder; /* the module core.decoder */
    PyTypeObject *struct_type;
    Py_ssize_t flat_offset; /* of the slot Struct._flat */
    int shows_lists;        /* of structs that hold structs: one has been changed */
} State;

typedef struct {
    const uint8_t *pos, *end;
    int is_unsigned, wants_anomalies;
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
 * Read how many bytes a value has: 0-7 from the header, or from length bytes after it, of
 * which the reference reader keeps the low 32 bits. False where the Python decoder raises.
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

/* Make a str of a text or name of "size" bytes, its NUL included. */
static inline PyObject *new_text(const uint8_t *raw, Py_ssize_t size)
{
    size -= size > 0;
    /* Python keeps one object for each text of 0 or 1 characters. */
    if (size < 2 || !is_ascii(raw, size))
        return PyUnicode_DecodeUTF8((const char *)raw, size, "surrogateescape");
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

static PyObject *new_double(const State *state, uint64_t bits)
{
    int64_t fixed;
    memcpy(&fixed, &bits, sizeof(fixed));
    if (-INT64_C(0x4000000000000) < fixed && fixed < INT64_C(0x4000000000000))
        return PyFloat_FromDouble((double)fixed / 1000);
    /* A float may not hold all its digits: the Python decoder knows what then. */
    return PyObject_CallMethod(state->decoder, "fixed_to_float", "L", (long long)fixed);
}

static inline int is_anomaly(const Arguments *given, Py_ssize_t size)
{
    return given->wants_anomalies && (size == 0 || given->pos[size - 1] != 0);
}

/* Read all records onto the stack of values. */
static Outcome read_records(Work *work, Arguments given)
{
    const uint8_t *end = given.end;
    Py_ssize_t size;
    int in_struct = 0;

    while (given.pos < end) {
        if (given.max_records-- <= 0)
            return ASK_PYTHON;
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
            if (head < 0x80 ? size > 0 || work->depth >= given.max_depth
                            : work->depth == 0 || work->frames[work->depth - 1].kind != kind)
                return ASK_PYTHON;
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
    return work->depth == 0 ? DONE : ASK_PYTHON;
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
    static const char *const names[7] = {
        "data", "start", "end", "unsigned", "max_depth", "max_records", "anomalies"};
    PyObject *found[7] = {NULL};
    if (nargs > 3)
        return 0;
    for (Py_ssize_t i = 0; i < nargs; i++)
        found[i] = args[i];
    for (Py_ssize_t i = 0; kwnames != NULL && i < PyTuple_GET_SIZE(kwnames); i++) {
        PyObject *name = PyTuple_GET_ITEM(kwnames, i);
        int at = 0;
        while (at < 7 && PyUnicode_CompareWithASCIIString(name, names[at]) != 0)
            at++;
        if (at == 7 || found[at] != NULL)
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
    given->pos = (const uint8_t *)PyBytes_AS_STRING(found[0]) + start;
    given->end = given->pos + (end - start);
    given->wants_anomalies = found[6] != NULL && found[6] != Py_None;
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
    Outcome outcome = read_records(&work, given);
    PyObject *values = outcome == DONE ? pop_list(&work.values, 0) : NULL;
    if (values != NULL)
        show_outer(state, &work.outer);
    release(&work);
    return outcome == ASK_PYTHON ? ask_python(state, args, nargs, kwnames) : values;
}

PyDoc_STRVAR(decode_records_doc,
             "decode_records($module, /, data, start=0, end=None, *, unsigned=False,\n"
             "               max_depth=64, max_records=2000000, anomalies=None)\n--\n\n"
             "Do what core.decoder.decode_records does, faster.");

/* Find the slot that holds a Struct's list. False if a Struct is not made as expected. */
static int find_flat(State *state)
{
    if (!PyType_Check(state->struct_type) || !PyType_IS_GC(state->struct_type))
        return 0;
    PyObject *slot = PyObject_GetAttrString((PyObject *)state->struct_type, "_flat");
    if (slot == NULL)
        return 0;
    int fits = Py_IS_TYPE(slot, &PyMemberDescr_Type) && PyDescr_TYPE(slot) == state->struct_type
               && ((PyMemberDescrObject *)slot)->d_member->type == T_OBJECT_EX;
    if (fits)
        state->flat_offset = ((PyMemberDescrObject *)slot)->d_member->offset;
    Py_DECREF(slot);
    return fits;
}

static int module_exec(PyObject *module)
{
    State *state = PyModule_GetState(module);
    state->decoder = PyImport_ImportModule("kamailio_binrpc.core.decoder");
    if (state->decoder == NULL)
        return -1;
    state->struct_type = (PyTypeObject *)PyObject_GetAttrString(state->decoder, "Struct");
    if (state->struct_type == NULL || !find_flat(state)) {
        PyErr_SetString(PyExc_ImportError, "Struct is not a class with the slot _flat");
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
    return 0;
}

static void module_free(void *module)
{
    State *state = PyModule_GetState(module);
    Py_CLEAR(state->decoder);
    Py_CLEAR(state->struct_type);
}

static PyMethodDef methods[] = {
    {"decode_records", (PyCFunction)(void (*)(void))decode_records,
     METH_FASTCALL | METH_KEYWORDS, decode_records_doc},
    {"track", track, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, module_exec},
#ifdef Py_MOD_PER_INTERPRETER_GIL_SUPPORTED
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
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
